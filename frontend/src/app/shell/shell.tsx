import { Outlet } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { useConnected } from '@/lib/api/connection'

import { Navigation } from './navigation'
import classes from './shell.module.css'

/** What stands around every page: the way to the others, and a word when the server is away. */
export function Shell() {
  const { t } = useTranslation()
  const connected = useConnected()
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t('shell.skip')}
      </a>
      <Navigation />
      <main id="content" tabIndex={-1} className={classes.content}>
        {connected ? null : (
          <p role="status" className={classes.away}>
            {t('shell.away')}
          </p>
        )}
        <Outlet />
      </main>
    </div>
  )
}
