import { Anchor } from '@mantine/core'
import { Fragment } from 'react'
import { Trans, useTranslation } from 'react-i18next'

import { formatNumber } from '@/lib/format/format'

interface RowNumbersProps {
  rows: readonly number[]
  /** How many there are; the numbers are those of the first. */
  total: number
  onRow: (row: number) => void
}

/** The rows that a finding concerns, each the way to its tokens. */
export function RowNumbers({ rows, total, onRow }: RowNumbersProps) {
  return (
    <Trans i18nKey="check.rows" count={total} components={{ rows: <Numbers rows={rows} onRow={onRow} /> }} />
  )
}

function Numbers({ rows, onRow }: Pick<RowNumbersProps, 'rows' | 'onRow'>) {
  const { t } = useTranslation()
  return rows.map((row, index) => (
    <Fragment key={row}>
      {index > 0 ? ', ' : ''}
      <Anchor
        component="button"
        type="button"
        inherit
        aria-label={t('check.showRow', { row })}
        onClick={() => onRow(row)}
      >
        {formatNumber(row)}
      </Anchor>
    </Fragment>
  ))
}
