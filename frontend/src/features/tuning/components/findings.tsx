import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import type { i18n } from 'i18next'
import { useTranslation } from 'react-i18next'

import { told } from '@/lib/i18n'
import { phraseIn } from '@/lib/i18n/phrases'

import type { Finding } from '../api/plans'
import classes from './findings.module.css'
import { RowNumbers } from './row-numbers'

const ICONS = { ok: CircleCheck, warning: TriangleAlert, error: CircleAlert }
const ORDER = { error: 0, warning: 1, ok: 2 }

/** What was found in the page's language, and what to do; of a truth that is broken, also in how many rows. */
function wordsOf(finding: Finding, texts: i18n): { message: string; fix: string | null } {
  const { code, reason } = finding
  const why = reason ? phraseIn(texts, reason) : null
  const params = why === null ? (finding.params ?? {}) : { ...finding.params, reason: why }
  const said = (part: 'message' | 'fix') =>
    code ? told(`server.finding.${code}.${part}`, texts, params) : null
  const message = said('message')
  const isBroken = message !== null && 'first' in params
  const broken = isBroken ? told('server.broken', texts, { ...params, truth: message }) : null
  return {
    message: broken ?? message ?? finding.message,
    fix: finding.fix ? (said('fix') ?? finding.fix) : null,
  }
}

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
        const { message, fix } = wordsOf(finding, i18n)
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
            </div>
          </li>
        )
      })}
    </ul>
  )
}
