import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Activity, Box, Database, House, type LucideIcon, MessageSquare, Settings } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { useActiveRunCount } from '@/features/runs/api/runs'

import classes from './shell.module.css'

interface Place {
  to: '/' | '/datasets' | '/runs' | '/models' | '/playground' | '/settings'
  name: 'home' | 'data' | 'runs' | 'models' | 'playground' | 'settings'
  icon: LucideIcon
}

const PLACES: Place[] = [
  { to: '/', name: 'home', icon: House },
  { to: '/datasets', name: 'data', icon: Database },
  { to: '/runs', name: 'runs', icon: Activity },
  { to: '/models', name: 'models', icon: Box },
  { to: '/playground', name: 'playground', icon: MessageSquare },
  { to: '/settings', name: 'settings', icon: Settings },
]

export function Navigation() {
  const { t } = useTranslation()
  const active = useActiveRunCount()
  return (
    <div className={classes.column}>
      <nav className={classes.side} aria-label={t('shell.navigation')}>
        <Link to="/" className={classes.brand}>
          <img src="/icon.svg" alt="" />
          ModelForge
        </Link>
        <div className={classes.spacerNarrow} />
        <Button component={Link} to="/new" className={classes.start} radius="md">
          {t('shell.start')}
        </Button>
        <ul className={classes.links}>
          {PLACES.map(({ to, name, icon: Icon }) => (
            <li key={to}>
              <Link to={to} className={classes.link} activeOptions={{ exact: to === '/' }}>
                <Icon size={17} strokeWidth={1.8} aria-hidden />
                {t(`shell.${name}`)}
                {name === 'runs' && active > 0 ? (
                  <span className={classes.badge} title={t('shell.activeRuns', { count: active })}>
                    {active}
                  </span>
                ) : null}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  )
}
