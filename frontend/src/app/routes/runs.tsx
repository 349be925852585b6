import { Button, Skeleton } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { ListSearch, MorePages } from '@/components/ui/searched-list'
import { UnreadableNotice } from '@/components/ui/unreadable-notice'
import type { RunStatus } from '@/features/runs/api/runs'
import { useRunList } from '@/features/runs/api/use-run-list'
import { CompareButton } from '@/features/runs/components/compare-button'
import { QueueCard } from '@/features/runs/components/queue-card'
import { RunTable } from '@/features/runs/components/run-table'
import { StateChoice } from '@/features/runs/components/state-choice'
import { useAllPages } from '@/lib/api/use-searched-pages'
import { formatNumber } from '@/lib/format/format'

import classes from './runs.module.css'

const NONE: readonly string[] = []

export function RunsPage() {
  const { t } = useTranslation()
  const { chosen, choose } = useChosen()
  const [status, setStatus] = useState<RunStatus | null>(null)
  const runs = useRunList(status)
  const comparable = runs.isLong || runs.found > 1
  return (
    <Page
      title={t('runs.title')}
      intro={comparable ? `${t('runs.intro')} ${t('runs.introCompare')}` : t('runs.intro')}
      actions={comparable ? <CompareButton chosen={chosen} /> : null}
    >
      <div className={grid.stack}>
        {runs.error && !runs.isNarrowed ? <ProblemNotice error={runs.error} /> : null}
        {runs.isPending ? <Skeleton height={300} radius="lg" /> : null}
        <UnreadableNotice left={runs.first?.unreadable} />
        <QueueCard />
        {runs.isEmpty ? (
          <EmptyState title={t('runs.none')} text={t('runs.noneText')}>
            <Button component={Link} to="/new">
              {t('shell.start')}
            </Button>
          </EmptyState>
        ) : null}
        {(runs.first || runs.isNarrowed) && !runs.isEmpty ? (
          <RunsCard
            {...{ runs, status, chosen }}
            narrows={comparable}
            onStatus={setStatus}
            onChoose={choose}
          />
        ) : null}
      </div>
    </Page>
  )
}

/** The runs that are ticked. They stand in the address, so that the way back from a comparison finds them. */
function useChosen() {
  const { chosen = NONE } = useSearch({ from: '/runs' })
  const navigate = useNavigate({ from: '/runs' })
  const choose = useCallback(
    (id: string, on: boolean) =>
      void navigate({
        search: ({ chosen: now = [] }) => {
          const others = now.filter((one) => one !== id)
          const next = on ? [...others, id] : others
          return next.length > 0 ? { chosen: next } : {}
        },
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  return { chosen: useMemo<ReadonlySet<string>>(() => new Set(chosen), [chosen]), choose }
}

interface RunsCardProps {
  runs: ReturnType<typeof useRunList>
  status: RunStatus | null
  /** Whether there are so many that some may be asked for alone. */
  narrows: boolean
  chosen: ReadonlySet<string>
  onStatus: (status: RunStatus | null) => void
  onChoose: (id: string, chosen: boolean) => void
}

function RunsCard({ runs, status, narrows, chosen, onStatus, onChoose }: RunsCardProps) {
  const { t } = useTranslation()
  const [sorted, setSorted] = useState(false)
  const loading = useAllPages(runs, sorted)
  return (
    <Card
      flush
      title={t('runs.all', { count: runs.found })}
      aside={
        <>
          {narrows ? <StateChoice status={status} onChoose={onStatus} /> : null}
          <ListSearch
            pages={runs}
            label={t('runs.search')}
            nothing={t(status ? 'runs.noneInState' : 'runs.notFound')}
          />
        </>
      }
    >
      <RunTable runs={runs.items} chosen={chosen} onChoose={onChoose} onSorted={setSorted} />
      {sorted && runs.hasNextPage ? (
        <p role="status" className={classes.note}>
          {loading
            ? t('runs.loadingAll')
            : t('runs.sortedOf', { shown: formatNumber(runs.items.length), all: formatNumber(runs.found) })}
        </p>
      ) : null}
      {loading ? null : <MorePages pages={runs} />}
    </Card>
  )
}
