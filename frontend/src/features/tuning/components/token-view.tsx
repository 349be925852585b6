import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/lib/format/format'

import type { RowPreview } from '../api/plans'
import classes from './token-view.module.css'

const ROLES = ['trained', 'ignored', 'cut'] as const

interface TokenViewProps {
  rows: readonly RowPreview[]
  fetching: boolean
  /** Shows more of the rows that are longer than shown. */
  onMore: () => void
}

/** Rows token by token, coloured by what training does with each. */
export function TokenView({ rows, fetching, onMore }: TokenViewProps) {
  const { t } = useTranslation()
  return (
    <div className={classes.view}>
      <p className={classes.legend}>
        {ROLES.map((role) => (
          <span key={role} className={classes.entry}>
            <span className={classes.token} data-role={role}>
              {t(`check.role.${role}`)}
            </span>
            {t(`check.roleText.${role}`)}
          </span>
        ))}
      </p>
      {rows.map((row) => (
        <div key={row.row} className={classes.row}>
          <p className={`${classes.name} numbers`}>
            {t('check.row', { row: formatNumber(row.row) })}
            {' · '}
            {t('check.tokenCount', { count: row.tokens.length + (row.more ?? 0) })}
          </p>
          <p className={classes.tokens}>
            {row.tokens.map((token, index) => (
              <span key={index} className={classes.token} data-role={token.role} title={`id ${token.id}`}>
                {token.text}
              </span>
            ))}
          </p>
          {row.more ? (
            <Button size="compact-xs" variant="subtle" loading={fetching} onClick={onMore}>
              {t('check.moreTokens', { count: row.more })}
            </Button>
          ) : null}
        </div>
      ))}
    </div>
  )
}
