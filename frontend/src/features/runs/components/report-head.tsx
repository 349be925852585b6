import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { useModelName } from '@/lib/api/use-names'
import { formatDuration } from '@/lib/format/format'

import { toldQuery } from '../api/run-events'
import type { Run } from '../api/runs'
import { secondsOfWork } from '../api/story'
import type { Made } from './run-actions'
import classes from './report-head.module.css'

interface ReportHeadProps {
  run: Run
  made: Made
}

/** What came out of a run, and how long it was worked on. */
export function ReportHead({ run, made }: ReportHeadProps) {
  const { t } = useTranslation()
  const model = made === 'gone' ? null : (run.model_id ?? null)
  const name = useModelName(model)
  const { data } = useQuery(toldQuery(run.id))
  const seconds = data ? secondsOfWork(data, run.finished_at ?? null) : null
  if (model === null && seconds === null) return null
  return (
    <p className={classes.head}>
      {model === null ? null : (
        <span>
          {t('report.model')}{' '}
          <Link to="/models/$modelId" params={{ modelId: model }}>
            {name}
          </Link>
        </span>
      )}
      {seconds === null ? null : (
        <span className="numbers">{t('report.took', { time: formatDuration(seconds) })}</span>
      )}
    </p>
  )
}
