import { ActionIcon, Tooltip } from '@mantine/core'
import { RotateCcw } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { ControlProps } from './field-control'
import classes from './field-label.module.css'
import { HelpLabel } from './help-label'
import { limits } from './number-field'
import { humanised } from './words'

/** A setting's name, what it does on demand, and the way back to its default once it was changed. */
export function FieldLabel({ field, changed, onReset }: Omit<ControlProps, 'onChange'>) {
  const { t, i18n } = useTranslation()
  const key = `setting.${field.dotted.replaceAll('.', '_')}`
  const name = i18n.exists(`${key}.name`) ? i18n.t(`${key}.name` as never) : humanised(field.name)
  const help = i18n.exists(`${key}.help`) ? i18n.t(`${key}.help` as never) : field.description
  const range = limits(field)
  return (
    <HelpLabel
      name={name}
      help={help}
      note={range ? `${field.dotted}  ${range}` : field.dotted}
      changed={changed}
    >
      {changed ? (
        <Tooltip label={t('form.reset')}>
          <ActionIcon
            variant="transparent"
            size={16}
            className={classes.mark}
            aria-label={t('form.resetOf', { name })}
            onClick={(event) => {
              event.preventDefault()
              onReset()
            }}
          >
            <RotateCcw size={12} />
          </ActionIcon>
        </Tooltip>
      ) : null}
    </HelpLabel>
  )
}
