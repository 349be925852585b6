import { VisuallyHidden } from '@mantine/core'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
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

/** Rows token by token, each as training takes it: marked for the eye, and said for the ear where that changes. */
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
              <Fragment key={index}>
                {token.role === row.tokens[index - 1]?.role ? null : (
                  <Spoken>{t(`check.roleBegins.${token.role}`)}</Spoken>
                )}
                <span className={classes.token} data-role={token.role} title={`id ${token.id}`}>
                  {token.text}
                </span>
              </Fragment>
            ))}
            {row.more ? null : <Spoken>{t('check.rowEnds')}</Spoken>}
          </p>
          {row.more ? (
            <BusyButton size="compact-xs" variant="subtle" pending={fetching} onClick={onMore}>
              {t('check.moreTokens', { count: row.more })}
            </BusyButton>
          ) : null}
        </div>
      ))}
    </div>
  )
}

/** Words between the tokens that are heard, and neither seen nor copied with them. */
function Spoken({ children }: { children: string }) {
  return <VisuallyHidden className={classes.spoken}> {children} </VisuallyHidden>
}
