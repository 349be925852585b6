import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { type Fact, Facts } from '@/components/ui/facts'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { callerQuery, settingsQuery, tokenFileIn, versionQuery } from '@/lib/api/server'
import { formatBytes } from '@/lib/format/format'
import { signOut } from '@/lib/session/session'

/** What the server runs with, and who is signed in. */
export function ServerCard() {
  const { t } = useTranslation()
  const caller = useQuery(callerQuery())
  const version = useQuery(versionQuery())
  const isAdmin = caller.data?.scopes.includes('admin') ?? false
  const settings = useQuery({ ...settingsQuery(), enabled: isAdmin })
  const unread = [caller, version, settings].find(({ data, error }) => error && !data)
  const facts: Fact[] = []
  if (caller.data) facts.push([t('settings.signedInAs'), caller.data.name])
  if (version.data) facts.push([t('settings.version'), version.data.modelforge])
  if (settings.data) {
    facts.push(
      [t('settings.home'), settings.data.home],
      [t('settings.token'), t('settings.tokenIs', { path: tokenFileIn(settings.data.home) })],
      [t('settings.database'), settings.data.database],
      [t('settings.address'), `${settings.data.host}:${settings.data.port}`],
      [t('settings.upload'), formatBytes(settings.data.max_upload_bytes)],
    )
  }
  for (const [name, found] of Object.entries(version.data?.libraries ?? {})) facts.push([name, found])
  return (
    <Card
      title={t('settings.server')}
      aside={
        <Button variant="default" size="xs" onClick={signOut}>
          {t('settings.signOut')}
        </Button>
      }
    >
      {unread?.error ? <ProblemNotice error={unread.error} /> : null}
      <Facts facts={facts} />
    </Card>
  )
}
