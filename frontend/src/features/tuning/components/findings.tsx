import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/lib/format/format'

import type { Finding } from '../api/plans'
import classes from './findings.module.css'

const ICONS = { ok: CircleCheck, warning: TriangleAlert, error: CircleAlert }
const ORDER = { error: 0, warning: 1, ok: 2 }

/** The training truths: broken ones first, each with its fix and the rows that it concerns. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  const { t } = useTranslation()
  const sorted = [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
  return (
    <ul className={classes.list}>
      {sorted.map((finding) => {
        const Icon = ICONS[finding.severity]
        const rows = finding.rows ?? []
        return (
          <li key={finding.truth} className={classes.finding} data-severity={finding.severity}>
            <Icon
              size={16}
              className={classes.icon}
              role="img"
              aria-label={t(`check.severity.${finding.severity}`)}
            />
            <div>
              <p className={classes.message}>{finding.message}</p>
              {finding.fix ? <p className={classes.fix}>{finding.fix}</p> : null}
              {finding.severity !== 'ok' && rows.length > 0 ? (
                <p className={`${classes.rows} numbers`}>
                  {t('check.rows', {
                    rows: rows.map((row) => formatNumber(row)).join(', '),
                    count: finding.total ?? rows.length,
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
