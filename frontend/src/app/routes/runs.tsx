import { Button, Skeleton, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { runsQuery } from '@/features/runs/api/runs'
import { QueueCard } from '@/features/runs/components/queue-card'
import { RunTable } from '@/features/runs/components/run-table'

const PAGE = 50
const MOST = 200

export function RunsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [limit, setLimit] = useState(PAGE)
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const { data, error, isPending } = useQuery({ ...runsQuery(limit), placeholderData: keepPreviousData })
  const choose = useCallback((id: string, on: boolean) => {
    setChosen((now) => new Set(on ? [...now, id] : [...now].filter((one) => one !== id)))
  }, [])
  const shown = useMemo(() => {
    const wanted = query.trim().toLowerCase()
    return (data?.items ?? []).filter(({ name, config }) =>
      [name, config.model, config.dataset].some((text) => text.toLowerCase().includes(wanted)),
    )
  }, [data, query])
  return (
    <Page
      title={t('runs.title')}
      intro={t('runs.intro')}
      actions={
        <Button
          variant="default"
          disabled={chosen.size < 2}
          onClick={() => void navigate({ to: '/compare', search: { ids: [...chosen] } })}
        >
          {t('runs.compare', { count: chosen.size })}
        </Button>
      }
    >
      <div className={grid.stack}>
        {error ? <ProblemNotice error={error} /> : null}
        {isPending ? <Skeleton height={300} radius="lg" /> : null}
        <QueueCard />
        {data && data.items.length === 0 ? (
          <EmptyState title={t('runs.none')} text={t('runs.noneText')}>
            <Button component={Link} to="/new">
              {t('shell.start')}
            </Button>
          </EmptyState>
        ) : null}
        {data && data.items.length > 0 ? (
          <Card
            flush
            title={t('runs.all', { count: data.total })}
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
            <RunTable runs={shown} chosen={chosen} onChoose={choose} />
          </Card>
        ) : null}
        {data && data.total > data.items.length && limit < MOST ? (
          <Button variant="subtle" onClick={() => setLimit(MOST)}>
            {t('common.more')}
          </Button>
        ) : null}
      </div>
    </Page>
  )
}
