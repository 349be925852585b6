import { ActionIcon, Tooltip } from '@mantine/core'
import { CircleHelp } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import classes from './field-label.module.css'

interface HelpLabelProps {
  name: string
  help: string
  /** In small type under the help: the key and its limits. */
  note?: string | null
  changed?: boolean
  children?: ReactNode
}

/** A setting's name, and what it does on demand. */
export function HelpLabel({ name, help, note, changed = false, children }: HelpLabelProps) {
  const { t } = useTranslation()
  return (
    <span className={classes.label}>
      <span className={classes.name} data-changed={changed}>
        {name}
      </span>
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
    </span>
  )
}
