import { ActionIcon, Input, Tooltip } from '@mantine/core'
import { CircleHelp } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import classes from './field-label.module.css'

interface HelpLabelProps {
  name: string
  help: string
  /** In small type under the help: the key and its limits. */
  note?: string | null
  /** The control that it names; where it names several, none. */
  htmlFor?: string | undefined
  changed?: boolean
  children?: ReactNode
}

/** A setting's name, and what it does on demand. The buttons stand beside the label: they are no part of the name. */
export function HelpLabel({ name, help, note, htmlFor, changed = false, children }: HelpLabelProps) {
  const { t } = useTranslation()
  return (
    <div className={classes.head}>
      <Input.Label
        className={classes.name}
        data-changed={changed}
        labelElement={htmlFor === undefined ? 'div' : 'label'}
        htmlFor={htmlFor}
      >
        {name}
      </Input.Label>
      <Tooltip
        label={
          <span className={classes.help}>
            <span>{help}</span>
            {note ? <code>{note}</code> : null}
          </span>
        }
      >
        <ActionIcon
          variant="transparent"
          size={16}
          className={classes.mark}
          aria-label={t('form.about', { name })}
        >
          <CircleHelp size={13} />
        </ActionIcon>
      </Tooltip>
      {children}
    </div>
  )
}
