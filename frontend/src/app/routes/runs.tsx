import { Button, Skeleton, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { type Run, runPagesQuery } from '@/features/runs/api/runs'
import { QueueCard } from '@/features/runs/components/queue-card'
import { RunTable } from '@/features/runs/components/run-table'

const PAGE = 50

export function RunsPage() {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    runPagesQuery(PAGE),
  )
  const runs = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data])
  const total = data?.pages[0]?.total ?? 0
  const choose = useCallback((id: string, on: boolean) => {
    setChosen((now) => new Set(on ? [...now, id] : [...now].filter((one) => one !== id)))
  }, [])
  const comparable = total > 1
  return (
    <Page
      title={t('runs.title')}
      intro={comparable ? `${t('runs.intro')} ${t('runs.introCompare')}` : t('runs.intro')}
      actions={comparable ? <CompareButton chosen={chosen} /> : null}
    >
      <div className={grid.stack}>
        {error ? <ProblemNotice error={error} /> : null}
        {isPending ? <Skeleton height={300} radius="lg" /> : null}
        <QueueCard />
        {data ? <Listed runs={runs} total={total} chosen={chosen} onChoose={choose} /> : null}
        {hasNextPage ? (
          <Button variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('common.more')}
          </Button>
        ) : null}
      </div>
    </Page>
  )
}

interface ListedProps {
  runs: readonly Run[]
  total: number
  chosen: ReadonlySet<string>
  onChoose: (id: string, on: boolean) => void
}

function Listed({ runs, total, chosen, onChoose }: ListedProps) {
  const { t } = useTranslation()
  const [query, setQuery] = useState('')
  const shown = useMemo(() => {
    const wanted = query.trim().toLowerCase()
    return runs.filter(({ name, config }) =>
      [name, config.model, config.dataset].some((text) => text.toLowerCase().includes(wanted)),
    )
  }, [runs, query])
  if (runs.length === 0) {
    return (
      <EmptyState title={t('runs.none')} text={t('runs.noneText')}>
        <Button component={Link} to="/new">
          {t('shell.start')}
        </Button>
      </EmptyState>
    )
  }
  return (
    <Card
      flush
      title={t('runs.all', { count: total })}
      aside={
        <TextInput
          size="xs"
          aria-label={t('runs.search')}
          placeholder={t('runs.search')}
          leftSection={<Search size={13} />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      }
    >
      <RunTable runs={shown} chosen={chosen} onChoose={onChoose} />
    </Card>
  )
}

function CompareButton({ chosen }: { chosen: ReadonlySet<string> }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  return (
    <Button
      variant="default"
      disabled={chosen.size < 2}
      onClick={() => void navigate({ to: '/compare', search: { ids: [...chosen] } })}
    >
      {t('runs.compare', { count: chosen.size })}
    </Button>
  )
}
