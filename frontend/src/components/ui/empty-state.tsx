import type { ReactNode, RefObject } from 'react'

import classes from './empty-state.module.css'

export interface EmptyStateProps {
  title: string
  text?: ReactNode
  icon?: ReactNode
  children?: ReactNode
  /** The heading, where it is that of the whole page. */
  head?: RefObject<HTMLHeadingElement | null>
}

/** Nothing is here yet: why, and the way on. */
export function EmptyState({ title, text, icon, children, head }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      {icon ? <div className={classes.icon}>{icon}</div> : null}
      {head ? (
        <h1 ref={head} tabIndex={-1} className={classes.title}>
          {title}
        </h1>
      ) : (
        <h2 className={classes.title}>{title}</h2>
      )}
      {text ? <p className={classes.text}>{text}</p> : null}
      {children ? <div className={classes.actions}>{children}</div> : null}
    </div>
  )
}
