import {
  type Cell,
  createSortedRowModel,
  type ColumnDef,
  functionalUpdate,
  rowSortingFeature,
  type RowData,
  sortFns,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import clsx from 'clsx'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useState } from 'react'

import classes from './data-table.module.css'
import { SortBy } from './sort-by'
import shared from './table.module.css'

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns })

export type Features = typeof features
export type Column<Row extends RowData> = ColumnDef<Features, Row>

interface DataTableProps<Row extends RowData> {
  label: string
  columns: Column<Row>[]
  data: Row[]
  /** Where there is little room, each row is a block, which `className` lays out. */
  blocks?: boolean
  className?: string | undefined
  /** Told whether the rows are sorted by a column, when that is chosen. */
  onSorted?: (sorted: boolean) => void
}

/** A table whose columns sort; too wide for the screen, it scrolls by itself. */
export function DataTable<Row extends RowData>({
  label,
  columns,
  data,
  blocks = false,
  className,
  onSorted,
}: DataTableProps<Row>) {
  const [sorting, setSorting] = useState<SortingState>([])
  const sort = (next: SortingState) => {
    setSorting(next)
    onSorted?.(next.length > 0)
  }
  const table = useTable({
    features,
    columns,
    data,
    state: { sorting },
    onSortingChange: (update) => sort(functionalUpdate(update, sorting)),
  })
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
    <div className={clsx(shared.holder, classes.scroll)} tabIndex={0} role="region" aria-label={label}>
      {blocks ? (
        <SortBy
          columns={table
            .getFlatHeaders()
            .filter(({ column }) => column.getCanSort())
            .map((header) => ({
              id: header.id,
              name: <table.FlexRender header={header} />,
              descFirst: header.column.getFirstSortDir() === 'desc',
            }))}
          sorted={sorting[0]}
          onSort={(next) => sort(next ? [next] : [])}
        />
      ) : null}
      <table className={clsx(shared.table, blocks && shared.blocks, classes.table, 'numbers', className)}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => {
                const sorted = header.column.getIsSorted()
                return (
                  <th
                    key={header.id}
                    scope="col"
                    aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}
                  >
                    {header.column.getCanSort() ? (
                      <button
                        type="button"
                        className={classes.sort}
                        onClick={header.column.getToggleSortingHandler()}
                      >
                        <table.FlexRender header={header} />
                        {sorted === 'asc' ? <ArrowUp size={12} aria-hidden /> : null}
                        {sorted === 'desc' ? <ArrowDown size={12} aria-hidden /> : null}
                      </button>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </th>
                )
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell: Cell<Features, Row>) => (
                <td key={cell.id}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
