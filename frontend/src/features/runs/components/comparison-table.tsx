import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { type Column, DataTable } from '@/components/ui/data-table'
import { formatMeasure } from '@/lib/format/format'
import { best, metricName } from '@/lib/report/metric-name'

import classes from './comparison-table.module.css'

interface ComparisonTableProps {
  label: string
  ids: readonly string[]
  names: readonly string[]
  values: Record<string, readonly unknown[]>
  /** Whether these are measures, of which one is the best. */
  measured?: boolean
}

interface Line {
  name: string
  values: readonly unknown[]
}

/** One line per metric or setting, one column per run. */
export function ComparisonTable({ label, ids, names, values, measured = false }: ComparisonTableProps) {
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
      ...ids.map((id, index): Column<Line> => ({
        id,
        accessorFn: (found) => written(found.values[index]),
        header: () => (
          <Link to="/runs/$runId" params={{ runId: id }}>
            {names[index]}
          </Link>
        ),
        enableSorting: false,
        cell: ({ row: { original } }) => {
          const value = written(original.values[index])
          const wins = measured && best(original.name, original.values).has(index)
          return (
            <>
              <span className={classes.run}>{names[index]}</span>
              {wins ? <strong>{value}</strong> : value}
            </>
          )
        },
      })),
    ],
    [t, ids, names, measured],
  )
  if (data.length === 0) return <p style={{ padding: '0 20px' }}>{t('compare.nothing')}</p>
  return <DataTable blocks label={label} columns={columns} data={data} className={classes.table} />
}

function written(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return formatMeasure(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
