import { Button, Skeleton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { formatNumber } from '@/lib/format/format'

import { conversation } from '../api/conversation'
import { inspectionQuery, type Reading, type Row, rowsQuery, SAMPLE } from '../api/datasets'
import { LOOKED_AT } from '../api/use-shape'
import { ConversationView } from './conversation-view'
import classes from './row-browser.module.css'
import { RowList } from './row-list'

const PAGE = 5
/** Of one value; enough for nearly every row, and little enough to draw at once. */
const CHARACTERS = 4000

interface RowBrowserProps {
  dataset: string
  total: number
  /** How a person said that the columns of a dataset of the hub are read. */
  read?: Reading | null
}

/** Rows as they are trained on, a few at a time; of what is not in the library, the first ones. */
export function RowBrowser({ dataset, total, read = null }: RowBrowserProps) {
  const [offset, setOffset] = useState(0)
  const isSample = SAMPLE.test(dataset) || dataset.startsWith('hub:')
  const stored = useQuery({
    ...rowsQuery(dataset, offset, PAGE, CHARACTERS),
    enabled: !isSample,
    placeholderData: keepPreviousData,
  })
  const looked = useQuery({
    ...inspectionQuery(dataset, LOOKED_AT, read),
    enabled: isSample,
    placeholderData: keepPreviousData,
  })
  const error = stored.error ?? looked.error
  if (error) return <ProblemNotice error={error} />
  if (looked.data) {
    const { first_rows: first, report } = looked.data
    const rows = first.slice(offset, offset + PAGE)
    return (
      <Rows
        rows={rows}
        columns={report.columns}
        offset={offset}
        reachable={first.length}
        total={report.rows}
        onTurn={setOffset}
      />
    )
  }
  if (!stored.data) return <Skeleton height={260} />
  const { rows, offset: from, cut } = stored.data
  return (
    <Rows
      rows={rows}
      offset={from}
      reachable={total}
      total={total}
      onTurn={setOffset}
      long={(place, row) =>
        cut?.includes(place) ? <LongRow key={place} dataset={dataset} place={place} row={row} /> : null
      }
    />
  )
}

interface RowsProps {
  rows: Row[]
  /** Expected column → column of the rows, where they stand as in the file. */
  columns?: Record<string, string>
  offset: number
  reachable: number
  total: number
  onTurn: (offset: number) => void
  /** A row that is longer than shown; nothing for others. */
  long?: (place: number, row: Row) => ReactNode
}

/** A row of which a part is shown, and all of it on demand. */
function LongRow({ dataset, place, row }: { dataset: string; place: number; row: Row }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState(false)
  const { data, error, isFetching } = useQuery({ ...rowsQuery(dataset, place, 1, null), enabled: asked })
  return (
    <div>
      <ConversationView turns={conversation(data?.rows[0] ?? row)} />
      {error ? <ProblemNotice error={error} /> : null}
      {data ? null : (
        <BusyButton size="compact-xs" variant="subtle" pending={isFetching} onClick={() => setAsked(true)}>
          {t('data.showWhole')}
        </BusyButton>
      )}
    </div>
  )
}

function Rows({ rows, columns, offset, reachable, total, onTurn, long }: RowsProps) {
  const { t } = useTranslation()
  return (
    <div className={classes.browser}>
      <RowList rows={rows} columns={columns} offset={offset} long={long} />
      <div className={classes.turner}>
        <span className="numbers">
          {t('data.rowsOf', {
            from: formatNumber(offset + 1),
            to: formatNumber(offset + rows.length),
            total: formatNumber(total),
          })}
        </span>
        <Button
          variant="default"
          size="xs"
          leftSection={<ChevronLeft size={14} />}
          disabled={offset === 0}
          onClick={() => onTurn(Math.max(0, offset - PAGE))}
        >
          {t('data.back')}
        </Button>
        <Button
          variant="default"
          size="xs"
          rightSection={<ChevronRight size={14} />}
          disabled={offset + PAGE >= reachable}
          onClick={() => onTurn(offset + PAGE)}
        >
          {t('data.next')}
        </Button>
      </div>
    </div>
  )
}
