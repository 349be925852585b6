import clsx from 'clsx'
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

import classes from './notice.module.css'

export type Tone = 'good' | 'bad' | 'warn' | 'info'

const ICONS = { good: CircleCheck, bad: CircleAlert, warn: TriangleAlert, info: Info }

/** A few words that must be seen; an alert when something is wrong. */
export function Notice({
  tone,
  title,
  children,
}: {
  tone: Tone
  title?: string | undefined
  children?: ReactNode
}) {
  const Icon = ICONS[tone]
  return (
    <div role={tone === 'bad' ? 'alert' : 'status'} className={clsx(classes.notice, classes[tone])}>
      <Icon size={17} aria-hidden className={classes.icon} />
      <div className={classes.words}>
        {title ? <strong className={classes.title}>{title}</strong> : null}
        {children}
      </div>
    </div>
  )
}
