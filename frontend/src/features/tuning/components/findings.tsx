import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/lib/format/format'
import { type Finding, findingWords } from '@/lib/i18n/findings'

import classes from './findings.module.css'
import { RowNumbers } from './row-numbers'

const ICONS = { ok: CircleCheck, warning: TriangleAlert, error: CircleAlert }
const ORDER = { error: 0, warning: 1, ok: 2 }

interface FindingsProps {
  findings: readonly Finding[]
  /** Shows the tokens of a row. */
  onRow: (row: number) => void
}

/** The training truths: broken ones first, each with its fix and the rows that it concerns. */
export function Findings({ findings, onRow }: FindingsProps) {
  const { t, i18n } = useTranslation()
  const sorted = [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
  return (
    <ul className={classes.list}>
      {sorted.map((finding) => {
        const Icon = ICONS[finding.severity]
        const rows = finding.rows ?? []
        const heldOut = finding.severity === 'ok' ? [] : (finding.held_out_rows ?? [])
        const { message, fix } = findingWords(finding, i18n)
        return (
          <li key={finding.truth} className={classes.finding} data-severity={finding.severity}>
            <Icon
              size={16}
              className={classes.icon}
              role="img"
              aria-label={t(`check.severity.${finding.severity}`)}
            />
            <div>
              <p className={classes.message}>{message}</p>
              {fix ? <p className={classes.fix}>{fix}</p> : null}
              {finding.severity !== 'ok' && rows.length > 0 ? (
                <p className={`${classes.rows} numbers`}>
                  <RowNumbers rows={rows} total={finding.total ?? rows.length} onRow={onRow} />
                </p>
              ) : null}
              {heldOut.length > 0 ? (
                <p className={`${classes.rows} numbers`}>
                  {t('check.heldOutRows', {
                    count: heldOut.length,
                    rows: heldOut.map((row) => formatNumber(row)).join(', '),
                  })}
                </p>
              ) : null}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
