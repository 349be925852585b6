import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { type Column, DataTable } from '@/components/ui/data-table'
import { formatAlike, formatMeasure, formatPercent } from '@/lib/format/format'
import { best, metricName } from '@/lib/report/metric-name'

import { type Compared, gainOf, rowsOf } from '../api/compare'
import type { Run } from '../api/runs'
import classes from './comparison-table.module.css'

interface ComparisonTableProps {
  label: string
  runs: readonly Head[]
  values: Record<string, readonly unknown[]>
  /** Whether these are measures. */
  measured?: boolean
  /** Whether they were taken on the same rows, so that one of them is the best. */
  alike?: boolean
}

type Head = Pick<Compared, 'id' | 'name' | 'run'>

interface Line {
  name: string
  values: readonly unknown[]
}

/** One line per metric or setting, one column per run. */
export function ComparisonTable({
  label,
  runs,
  values,
  measured = false,
  alike = true,
}: ComparisonTableProps) {
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
          const value = written(original.values[index], measured ? scoresOf(original.values) : formatMeasure)
          const wins = measured && alike && best(original.name, original.values).has(index)
          return (
            <>
              <span className={classes.run}>{name}</span>
              <span>
                {wins ? <strong>{value}</strong> : value}
                {measured ? <Measured run={run} metric={original.name} /> : null}
              </span>
            </>
          )
        },
      })),
    ],
    [t, runs, measured, alike],
  )
  if (data.length === 0) return <p style={{ padding: '0 20px' }}>{t('compare.nothing')}</p>
  return <DataTable blocks label={label} columns={columns} data={data} className={classes.table} />
}

/** Over how many rows a value is, and the interval of the difference to the run's own base: how sure it is. */
function Measured({ run, metric }: { run: Run | undefined; metric: string }) {
  const { t } = useTranslation()
  const rows = rowsOf(run, metric)
  const gain = gainOf(run, metric)
  const { signed } = formatAlike(gain ? [gain.low, gain.high] : [])
  return (
    <>
      {rows === null ? null : <span className={classes.gain}>{t('compare.rows', { count: rows })}</span>}
      {gain === null ? null : (
        <span className={classes.gain}>
          {t('compare.gain', {
            low: signed(gain.low),
            high: signed(gain.high),
            share: formatPercent(gain.confidence),
          })}
        </span>
      )}
    </>
  )
}

/** The scores of one metric beside each other, written as the reports write them. */
function scoresOf(values: readonly unknown[]): (value: number) => string {
  return formatAlike(values.filter((value) => typeof value === 'number')).value
}

function written(value: unknown, write: (value: number) => string = formatMeasure): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return write(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
