import { useTranslation } from 'react-i18next'

import type { Turn } from '../api/conversation'
import classes from './conversation-view.module.css'

const NAMED = [
  'user',
  'assistant',
  'system',
  'tool',
  'tools',
  'context',
  'answer',
  'noAnswer',
  'text',
  'textPair',
  'label',
] as const
type NamedRole = (typeof NAMED)[number]

function isNamed(role: string): role is NamedRole {
  return (NAMED as readonly string[]).includes(role)
}

/** Turns one under the other. What they say is text, whatever it looks like. */
export function ConversationView({ turns }: { turns: Turn[] }) {
  const { t } = useTranslation()
  return (
    <div className={classes.turns}>
      {turns.map(({ role, text, mark, isColumn }, index) => (
        <div key={index} className={classes.turn} data-mark={mark}>
          <span className={classes.role}>
            {isNamed(role) && !isColumn ? t(`data.role.${role}`) : role}
            {mark && mark !== 'trained' ? ` · ${t(`data.mark.${mark}`)}` : ''}
          </span>
          <span className={classes.text}>{text}</span>
        </div>
      ))}
    </div>
  )
}
