import { SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { HubTokenCard } from '@/features/hub/components/hub-token-card'
import { ServerCard } from '@/features/session/components/server-card'
import { type Language, LANGUAGES, speak } from '@/lib/i18n'

import classes from './settings.module.css'

export function SettingsPage() {
  const { t } = useTranslation()
  return (
    <Page title={t('settings.title')} intro={t('settings.intro')}>
      <div className={grid.two}>
        <div className={grid.stack}>
          <Appearance />
          <HubTokenCard />
        </div>
        <ServerCard />
      </div>
    </Page>
  )
}

function Appearance() {
  const { t, i18n } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true }) // else it adds a style, which the page's policy refuses
  return (
    <Card title={t('settings.look')}>
      <div className={classes.choices}>
        <span id="theme-choice">{t('settings.theme')}</span>
        <SegmentedControl
          aria-labelledby="theme-choice"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={(['auto', 'light', 'dark'] as const).map((value) => ({
            value,
            label: t(`settings.${value}`),
          }))}
        />
        <span id="language-choice">{t('settings.language')}</span>
        <SegmentedControl
          aria-labelledby="language-choice"
          value={i18n.language}
          onChange={(value) => void speak(value as Language, { remember: true })}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        />
      </div>
    </Card>
  )
}
