import clsx from 'clsx'
import { type ReactNode, useId } from 'react'

import classes from './card.module.css'

interface CardProps {
  title?: ReactNode
  /** At the right of the title. */
  aside?: ReactNode
  flush?: boolean
  className?: string
  children: ReactNode
}

/** A surface with a title; a region of its own for screen readers when it has one. */
export function Card({ title, aside, flush = false, className, children }: CardProps) {
  const id = useId()
  return (
    <section
      className={clsx(classes.card, flush && classes.flush, className)}
      aria-labelledby={title ? id : undefined}
    >
      {title ? (
        <div className={classes.head}>
          <h2 id={id} className={classes.title}>
            {title}
          </h2>
          {aside}
        </div>
      ) : null}
      {children}
    </section>
  )
}
