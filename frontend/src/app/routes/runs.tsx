import { Button, Skeleton } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { ListSearch, MorePages } from '@/components/ui/searched-list'
import { useRunList } from '@/features/runs/api/use-run-list'
import { QueueCard } from '@/features/runs/components/queue-card'
import { RunTable } from '@/features/runs/components/run-table'

export function RunsPage() {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const runs = useRunList()
  const choose = useCallback((id: string, on: boolean) => {
    setChosen((now) => new Set(on ? [...now, id] : [...now].filter((one) => one !== id)))
  }, [])
  const comparable = runs.isLong || runs.found > 1
  return (
    <Page
      title={t('runs.title')}
      intro={comparable ? `${t('runs.intro')} ${t('runs.introCompare')}` : t('runs.intro')}
      actions={comparable ? <CompareButton chosen={chosen} /> : null}
    >
      <div className={grid.stack}>
        {runs.error ? <ProblemNotice error={runs.error} /> : null}
        {runs.isPending ? <Skeleton height={300} radius="lg" /> : null}
        <QueueCard />
        {runs.isEmpty ? (
          <EmptyState title={t('runs.none')} text={t('runs.noneText')}>
            <Button component={Link} to="/new">
              {t('shell.start')}
            </Button>
          </EmptyState>
        ) : null}
        {runs.first && !runs.isEmpty ? (
          <Card
            flush
            title={t('runs.all', { count: runs.found })}
            aside={<ListSearch pages={runs} label={t('runs.search')} nothing={t('runs.notFound')} />}
          >
            <RunTable runs={runs.items} chosen={chosen} onChoose={choose} />
            <MorePages pages={runs} />
          </Card>
        ) : null}
      </div>
    </Page>
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
