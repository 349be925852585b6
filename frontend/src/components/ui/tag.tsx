import clsx from 'clsx'
import type { ReactNode } from 'react'

import classes from './tag.module.css'

export type TagTone = 'plain' | 'good' | 'bad' | 'warn' | 'ember' | 'blue'

/** A short word in a coloured pill; `live` gives it a beating dot. */
export function Tag({
  tone = 'plain',
  live = false,
  children,
}: {
  tone?: TagTone
  live?: boolean
  children: ReactNode
}) {
  return (
    <span className={clsx(classes.tag, classes[tone])}>
      {live ? <span className={classes.dot} aria-hidden /> : null}
      {children}
    </span>
  )
}
