import type { ReactNode } from 'react'
import { useId } from 'react'

import classes from './page.module.css'
import { useHead, useKeptFocus } from './use-head'

interface PageProps {
  title: string
  /** Where on the page one is, where it shows one of several places: a step. */
  place?: string
  /** Beside the title: a badge for example. */
  mark?: ReactNode
  intro?: ReactNode
  above?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A page's frame: its title, also in the browser's tab, one sentence, and what can be done. */
export function Page({ title, place, mark, intro, above, actions, children }: PageProps) {
  const head = useHead(title, place)
  const keepFocus = useKeptFocus(head)
  const words = useId()
  return (
    <>
      <header className={classes.header}>
        <div className={classes.words}>
          {above ? <div className={classes.above}>{above}</div> : null}
          <h1 ref={head} tabIndex={-1} className={classes.title} aria-describedby={intro ? words : undefined}>
            <span className={classes.name}>{title}</span>
            {mark}
          </h1>
          {intro ? (
            <p id={words} className={classes.intro}>
              {intro}
            </p>
          ) : null}
        </div>
        {actions ? (
          <div className={classes.actions} onFocus={keepFocus}>
            {actions}
          </div>
        ) : null}
      </header>
      {children}
    </>
  )
}
