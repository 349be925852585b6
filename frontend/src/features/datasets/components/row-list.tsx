import type { ReactNode } from 'react'

import { formatNumber } from '@/lib/format/format'

import { conversation } from '../api/conversation'
import type { Row } from '../api/datasets'
import { ConversationView } from './conversation-view'
import classes from './row-browser.module.css'

interface RowListProps {
  rows: readonly Row[]
  /** Expected column → column of the rows, where they stand as in the file. */
  columns?: Record<string, string>
  /** The place of the first one. */
  offset?: number
  /** A row that is longer than shown; nothing for others. */
  long?: (place: number, row: Row) => ReactNode
}

/** Rows one under the other, each with its number. */
export function RowList({ rows, columns, offset = 0, long }: RowListProps) {
  return (
    <ol className={classes.rows} start={offset + 1}>
      {rows.map((row, index) => (
        <li key={offset + index} className={classes.row}>
          <span className={`${classes.number} numbers`}>{formatNumber(offset + index + 1)}</span>
          {long?.(offset + index, row) ?? <ConversationView turns={conversation(row, columns)} />}
        </li>
      ))}
    </ol>
  )
}
