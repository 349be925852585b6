import { ActionIcon, NativeSelect, Tooltip } from '@mantine/core'
import type { ColumnSort } from '@tanstack/react-table'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import classes from './data-table.module.css'

interface SortByProps {
  columns: { id: string; name: ReactNode; descFirst: boolean }[]
  sorted: ColumnSort | undefined
  onSort: (next: ColumnSort | undefined) => void
}

/** How a table is sorted where there is no room for its head. */
export function SortBy({ columns, sorted, onSort }: SortByProps) {
  const { t } = useTranslation()
  const Icon = sorted?.desc ? ArrowDown : ArrowUp
  const direction = t(sorted?.desc ? 'table.descending' : 'table.ascending')
  return (
    <div className={classes.sortBy}>
      <NativeSelect
        size="xs"
        aria-label={t('table.sortBy')}
        value={sorted?.id ?? ''}
        onChange={({ currentTarget: { value } }) => {
          const column = columns.find(({ id }) => id === value)
          onSort(column ? { id: column.id, desc: column.descFirst } : undefined)
        }}
      >
        <option value="">{t('table.unsorted')}</option>
        {columns.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </NativeSelect>
      {sorted ? (
        <Tooltip label={direction}>
          <ActionIcon
            variant="default"
            aria-label={direction}
            onClick={() => onSort({ ...sorted, desc: !sorted.desc })}
          >
            <Icon size={14} />
          </ActionIcon>
        </Tooltip>
      ) : null}
    </div>
  )
}
