import { Checkbox } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { Ago } from '@/components/ui/ago'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Verdict } from '@/components/ui/verdict'
import { useErrorWords } from '@/lib/i18n/error-words'
import { compareHeadlines, headline, type Headline } from '@/lib/report/headline'

import { isActive, type Run } from '../api/runs'
import { MadeOf } from './made-of'
import { ProgressLine } from './progress-line'
import { RunStatusTag } from './run-status'
import classes from './run-table.module.css'

interface RunTableProps {
  runs: Run[]
  chosen: ReadonlySet<string>
  onChoose: (id: string, chosen: boolean) => void
  /** Told whether they are sorted, which makes sense of all of them alone. */
  onSorted: (sorted: boolean) => void
}

/** All runs, to be sorted, looked into, and picked for a comparison. */
export function RunTable({ runs, chosen, onChoose, onSorted }: RunTableProps) {
  const { t } = useTranslation()
  const columns = useMemo<Column<Run>[]>(
    () => [
      {
        id: 'choose',
        enableSorting: false,
        header: () => <span className={classes.hidden}>{t('runs.pick')}</span>,
        cell: ({ row: { original: run } }) => (
          <Checkbox
            aria-label={t('runs.pickRun', { name: run.name })}
            checked={chosen.has(run.id)}
            onChange={(event) => onChoose(run.id, event.currentTarget.checked)}
          />
        ),
      },
      {
        accessorKey: 'name',
        header: () => t('common.name'),
        cell: ({ row: { original: run } }) => (
          <div className={classes.name}>
            <Link to="/runs/$runId" params={{ runId: run.id }}>
              {run.name}
            </Link>
            <MadeOf run={run} />
          </div>
        ),
      },
      {
        accessorKey: 'status',
        header: () => t('runs.status'),
        cell: ({ row }) => <RunStatusTag run={row.original} />,
      },
      {
        id: 'result',
        accessorFn: (run) => headline(run.report) ?? undefined,
        sortFn: (one, other, id) =>
          compareHeadlines(one.getValue<Headline>(id), other.getValue<Headline>(id)),
        sortDescFirst: true, // the best
        sortUndefined: 'last',
        header: () => t('runs.result'),
        cell: ({ row }) => <Result run={row.original} />,
      },
      {
        accessorKey: 'created_at',
        header: () => t('runs.started'),
        cell: ({ row }) => <Ago when={row.original.created_at} className={classes.when} />,
      },
    ],
    [t, chosen, onChoose],
  )
  return (
    <DataTable
      blocks
      label={t('runs.title')}
      columns={columns}
      data={runs}
      className={classes.table}
      onSorted={onSorted}
    />
  )
}

function Result({ run }: { run: Run }) {
  const words = useErrorWords()
  const found = headline(run.report)
  if (found) return <Verdict headline={found} />
  if (isActive(run)) {
    return (
      <div className={classes.progress}>
        <ProgressLine run={run} />
      </div>
    )
  }
  return run.error ? <span className={classes.bad}>{words(run.error).message}</span> : null
}
