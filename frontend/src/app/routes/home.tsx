import { Button, Skeleton } from '@mantine/core'
import { type QueryClient, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Flame } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { hardwareQuery, liveHardwareQuery } from '@/features/hardware/api/hardware'
import { MachineCard } from '@/features/hardware/components/machine-card'
import { modelsQuery } from '@/features/models/api/models'
import { ModelRows } from '@/features/models/components/model-rows'
import { activeRunsQuery, isWorking, type Run, runsQuery } from '@/features/runs/api/runs'
import { RunRows } from '@/features/runs/components/run-rows'

const RECENT = 5
const SAMPLE = { model: 'starter:chat', dataset: 'sample:support' }

/** Ask for what the page shows at first. What fits here takes the server longer, and is asked for below it. */
export function askForHome(queries: QueryClient): void {
  void queries.prefetchQuery(runsQuery())
  void queries.prefetchQuery(activeRunsQuery())
  void queries.prefetchQuery(modelsQuery())
  void queries.prefetchQuery(hardwareQuery())
  void queries.prefetchQuery(liveHardwareQuery())
}

export function HomePage() {
  const { t } = useTranslation()
  return (
    <Page title={t('home.title')} intro={t('home.intro')}>
      <div className={grid.side}>
        <div className={grid.stack}>
          <Runs />
          <Models />
        </div>
        <MachineCard />
      </div>
    </Page>
  )
}

function Runs() {
  const { t } = useTranslation()
  const recent = useQuery(runsQuery())
  const now = useQuery(activeRunsQuery())
  const error = recent.error ?? now.error
  if (error && !(recent.data && now.data)) return <ProblemNotice error={error} />
  if (!recent.data || !now.data) return <Skeleton height={220} radius="lg" />
  const active = [...now.data.items].sort(byTurn)
  const shown = active.length > 0 ? active : recent.data.items.slice(0, RECENT)
  if (shown.length === 0) return <FirstSteps />
  return (
    <Card
      flush
      title={t(active.length > 0 ? 'home.active' : 'home.recent')}
      aside={<Link to="/runs">{t('home.allRuns')}</Link>}
    >
      <RunRows runs={shown} />
    </Card>
  )
}

/** What is worked on first, then what waits, in the order in which it will be started. */
function byTurn(one: Run, other: Run): number {
  const working = Number(isWorking(other)) - Number(isWorking(one))
  if (working !== 0) return working
  return (other.priority ?? 0) - (one.priority ?? 0) || (one.position ?? 0) - (other.position ?? 0)
}

function FirstSteps() {
  const { t } = useTranslation()
  return (
    <EmptyState
      icon={<Flame size={30} strokeWidth={1.5} />}
      title={t('home.empty')}
      text={t('home.emptyText')}
    >
      <Button renderRoot={(props) => <Link to="/new" search={SAMPLE} {...props} />}>
        {t('home.trySample')}
      </Button>
      <Button component={Link} to="/datasets" variant="default">
        {t('home.ownData')}
      </Button>
    </EmptyState>
  )
}

function Models() {
  const { t } = useTranslation()
  const { data, error } = useQuery(modelsQuery())
  if (error && !data) return <ProblemNotice error={error} />
  if (!data || data.items.length === 0) return null
  return (
    <Card flush title={t('home.models')} aside={<Link to="/models">{t('home.allModels')}</Link>}>
      <ModelRows models={data.items.slice(0, RECENT)} />
    </Card>
  )
}
