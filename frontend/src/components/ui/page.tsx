import type { ReactNode } from 'react'
import { useEffect } from 'react'

import classes from './page.module.css'

interface PageProps {
  title: string
  /** Beside the title: a badge for example. */
  mark?: ReactNode
  intro?: ReactNode
  above?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A page's frame: its title, also in the browser's tab, one sentence, and what can be done. */
export function Page({ title, mark, intro, above, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ModelForge`
  }, [title])
  return (
    <>
      <header className={classes.header}>
        <div className={classes.words}>
          {above ? <div className={classes.above}>{above}</div> : null}
          <h1 className={classes.title}>
            <span className={classes.name}>{title}</span>
            {mark}
          </h1>
          {intro ? <p className={classes.intro}>{intro}</p> : null}
        </div>
        {actions ? <div className={classes.actions}>{actions}</div> : null}
      </header>
      {children}
    </>
  )
}
