import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { type Column, DataTable } from '@/components/ui/data-table'
import { formatAlike, formatMeasure, formatPercent } from '@/lib/format/format'
import { best, metricName } from '@/lib/report/metric-name'

import { type Compared, gainOf } from '../api/compare'
import type { Run } from '../api/runs'
import classes from './comparison-table.module.css'

interface ComparisonTableProps {
  label: string
  runs: readonly Head[]
  values: Record<string, readonly unknown[]>
  /** Whether these are measures, of which one is the best. */
  measured?: boolean
}

type Head = Pick<Compared, 'id' | 'name' | 'run'>

interface Line {
  name: string
  values: readonly unknown[]
}

/** One line per metric or setting, one column per run. */
export function ComparisonTable({ label, runs, values, measured = false }: ComparisonTableProps) {
  const { t } = useTranslation()
  const data = useMemo<Line[]>(
    () => Object.entries(values).map(([name, found]) => ({ name, values: found })),
    [values],
  )
  const columns = useMemo<Column<Line>[]>(
    () => [
      {
        accessorKey: 'name',
        header: () => t('common.name'),
        cell: ({ row: { original } }) =>
          measured ? metricName(original.name) : <code>{original.name}</code>,
      },
      ...runs.map(({ id, name, run }, index): Column<Line> => ({
        id,
        accessorFn: (found) => written(found.values[index]),
        header: () => (
          <Link to="/runs/$runId" params={{ runId: id }}>
            {name}
          </Link>
        ),
        enableSorting: false,
        cell: ({ row: { original } }) => {
          const value = written(original.values[index])
          const wins = measured && best(original.name, original.values).has(index)
          return (
            <>
              <span className={classes.run}>{name}</span>
              <span>
                {wins ? <strong>{value}</strong> : value}
                {measured ? <GainOver run={run} metric={original.name} /> : null}
              </span>
            </>
          )
        },
      })),
    ],
    [t, runs, measured],
  )
  if (data.length === 0) return <p style={{ padding: '0 20px' }}>{t('compare.nothing')}</p>
  return <DataTable blocks label={label} columns={columns} data={data} className={classes.table} />
}

/** The interval of the difference to the run's own base, which says how sure its value is. */
function GainOver({ run, metric }: { run: Run | undefined; metric: string }) {
  const { t } = useTranslation()
  const gain = gainOf(run, metric)
  if (gain === null) return null
  const { signed } = formatAlike([gain.low, gain.high])
  return (
    <span className={classes.gain}>
      {t('compare.gain', {
        low: signed(gain.low),
        high: signed(gain.high),
        share: formatPercent(gain.confidence),
      })}
    </span>
  )
}

function written(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return formatMeasure(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
