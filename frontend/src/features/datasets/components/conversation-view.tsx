import { useTranslation } from 'react-i18next'

import type { Turn } from '../api/conversation'
import classes from './conversation-view.module.css'

const NAMED = ['user', 'assistant', 'system', 'tool', 'context', 'text'] as const
type NamedRole = (typeof NAMED)[number]

function isNamed(role: string): role is NamedRole {
  return (NAMED as readonly string[]).includes(role)
}

/** Turns one under the other. What they say is text, whatever it looks like. */
export function ConversationView({ turns }: { turns: Turn[] }) {
  const { t } = useTranslation()
  return (
    <div className={classes.turns}>
      {turns.map((turn, index) => (
        <div key={index} className={classes.turn} data-mark={turn.mark}>
          <span className={classes.role}>
            {isNamed(turn.role) ? t(`data.role.${turn.role}`) : turn.role}
            {turn.mark === 'chosen' || turn.mark === 'rejected' ? ` · ${t(`data.mark.${turn.mark}`)}` : ''}
          </span>
          <span className={classes.text}>{turn.text}</span>
        </div>
      ))}
    </div>
  )
}
