import { Button, Skeleton } from '@mantine/core'
import { Link, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyPage } from '@/components/ui/empty-page'
import grid from '@/components/ui/grid.module.css'
import { Notice } from '@/components/ui/notice'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { type Comparison, rowsDiffer, useComparison } from '@/features/runs/api/compare'
import { ComparisonTable } from '@/features/runs/components/comparison-table'
import { OverlaidCharts } from '@/features/runs/components/overlaid-charts'

export function ComparePage() {
  const { t } = useTranslation()
  const { ids } = useSearch({ from: '/compare' })
  if (ids.length < 2) {
    return (
      <EmptyPage title={t('compare.none')} text={t('compare.noneText')}>
        <Button component={Link} to="/runs" variant="default">
          {t('shell.runs')}
        </Button>
      </EmptyPage>
    )
  }
  return (
    <Page title={t('compare.title')} above={<Link to="/runs">{t('shell.runs')}</Link>}>
      <Compared ids={ids} />
    </Page>
  )
}

function Compared({ ids }: { ids: string[] }) {
  const { t } = useTranslation()
  const comparison = useComparison(ids)
  const { runs, gone, isPending, version } = comparison
  return (
    <div className={grid.stack}>
      {gone.length > 0 ? (
        <Notice tone="warn">{t('compare.gone', { count: gone.length, names: gone.join(', ') })}</Notice>
      ) : null}
      {runs.map(({ id, name, error }) =>
        error ? <ProblemNotice key={id} error={error} title={t('compare.unread', { name })} /> : null,
      )}
      {isPending ? <Skeleton height={300} radius="lg" /> : <OverlaidCharts runs={runs} version={version} />}
      <Tables comparison={comparison} />
    </div>
  )
}

function Tables({ comparison: { runs, table, error } }: { comparison: Comparison }) {
  const { t } = useTranslation()
  if (error && !table) return <ProblemNotice error={error} />
  if (!table) return <Skeleton height={200} radius="lg" />
  const columns = table.runs.map(
    (id) => runs.find((one) => one.id === id) ?? { id, name: id, run: undefined },
  )
  const differ = rowsDiffer(table, columns)
  return (
    <>
      {differ ? <Notice tone="warn">{t('compare.rowsDiffer')}</Notice> : null}
      <Card flush title={t('compare.metrics')}>
        <ComparisonTable
          measured
          alike={!differ}
          label={t('compare.metrics')}
          runs={columns}
          values={table.metrics}
        />
      </Card>
      <Card flush title={t('compare.settings')}>
        <ComparisonTable label={t('compare.settings')} runs={columns} values={table.settings} />
      </Card>
    </>
  )
}
