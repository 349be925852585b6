import { Button, Skeleton } from '@mantine/core'
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Chart } from '@/components/chart/chart'
import { line } from '@/components/chart/lines'
import { Card } from '@/components/ui/card'
import { EmptyPage } from '@/components/ui/empty-page'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { comparisonQuery } from '@/features/runs/api/compare'
import { metricsQuery } from '@/features/runs/api/run-events'
import { runQuery } from '@/features/runs/api/runs'
import { smoothed } from '@/features/runs/api/series'
import { ComparisonTable } from '@/features/runs/components/comparison-table'

const COLORS = ['--ember', '--blue', '--teal', '--violet', '--pink', '--olive']
/** As many lines as may be compared are told apart: each turn of the colours is drawn in its own way. */
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]]
const SMOOTHING = 0.9

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
      <div className={grid.stack}>
        <Overlaid ids={ids} />
        <Tables ids={ids} />
      </div>
    </Page>
  )
}

/** What runs are called; where several have one name, their ids, which begin with it. */
function useNames(ids: readonly string[]): string[] {
  const runs = useQueries({ queries: ids.map((id) => runQuery(id)) })
  const names = runs.map(({ data }, index) => data?.name ?? ids[index] ?? '')
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : (ids[index] ?? name),
  )
}

function Overlaid({ ids }: { ids: string[] }) {
  const { t } = useTranslation()
  const names = useNames(ids)
  const metrics = useQueries({ queries: ids.map((id) => metricsQuery(id)) })
  if (metrics.some((one) => one.isPending)) return <Skeleton height={300} radius="lg" />
  const version = metrics.map(({ data }) => data?.series['loss']?.steps.length ?? 0).join()
  const drawn = (name: string, smooth: boolean) =>
    ids.map((id, index) => {
      const { steps, values } = metrics[index]?.data?.series[name] ?? { steps: [], values: [] }
      const color = COLORS[index % COLORS.length] ?? ''
      const dash = DASHES[Math.floor(index / COLORS.length)] ?? []
      const one = line(names[index] ?? id, steps, smooth ? smoothed(values, SMOOTHING) : values, color)
      return { ...one, id, dash, points: !smooth }
    })
  return (
    <>
      <Card>
        <Chart title={t('compare.loss')} height={280} version={version} lines={drawn('loss', true)} />
      </Card>
      <Card>
        <Chart
          title={t('compare.heldOut')}
          height={200}
          version={version}
          lines={drawn('evaluation_loss', false)}
        />
      </Card>
    </>
  )
}

function Tables({ ids }: { ids: string[] }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(comparisonQuery(ids))
  const names = useNames(data?.runs ?? [])
  if (error) return <ProblemNotice error={error} />
  if (!data) return <Skeleton height={200} radius="lg" />
  return (
    <div className={grid.stack}>
      <Card flush title={t('compare.metrics')}>
        <ComparisonTable
          measured
          label={t('compare.metrics')}
          ids={data.runs}
          names={names}
          values={data.metrics}
        />
      </Card>
      <Card flush title={t('compare.settings')}>
        <ComparisonTable label={t('compare.settings')} ids={data.runs} names={names} values={data.settings} />
      </Card>
    </div>
  )
}
