import { ActionIcon, Tooltip } from '@mantine/core'
import { RotateCcw } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { ControlProps } from './field-control'
import classes from './field-label.module.css'
import { HelpLabel } from './help-label'
import { limits } from './number-field'
import { shownHelp, shownName } from './words'

interface FieldLabelProps extends Pick<ControlProps, 'field' | 'changed' | 'onReset'> {
  htmlFor?: string
}

/** A setting's name, what it does on demand, and the way back to its default once it was changed. */
export function FieldLabel({ field, changed, onReset, htmlFor }: FieldLabelProps) {
  const { t, i18n } = useTranslation()
  const name = shownName(field, i18n)
  const help = shownHelp(field, i18n)
  const range = limits(field)
  return (
    <HelpLabel
      name={name}
      help={help}
      note={range ? `${field.dotted}  ${range}` : field.dotted}
      htmlFor={htmlFor}
      changed={changed}
    >
      {changed ? (
        <Tooltip label={t('form.reset')}>
          <ActionIcon
            variant="transparent"
            size={16}
            className={classes.mark}
            aria-label={t('form.resetOf', { name })}
            onClick={() => {
              onReset()
              if (htmlFor) document.getElementById(htmlFor)?.focus() // this button is gone then
            }}
          >
            <RotateCcw size={12} />
          </ActionIcon>
        </Tooltip>
      ) : null}
    </HelpLabel>
  )
}
