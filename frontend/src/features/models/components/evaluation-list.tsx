import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Ago } from '@/components/ui/ago'
import { ReportMetrics } from '@/components/report/report-metrics'
import { ReportSentence } from '@/components/report/report-sentence'
import { Card } from '@/components/ui/card'
import { ErrorText } from '@/components/ui/error-text'
import { Meter } from '@/components/ui/meter'
import { ProblemNotice } from '@/components/ui/problem-notice'
import rows from '@/components/ui/rows.module.css'
import { Tag } from '@/components/ui/tag'
import { hidesAll } from '@/lib/api/problem'
import { formatAlike, formatNumber } from '@/lib/format/format'
import { remarksIn } from '@/lib/i18n/remarks'
import { metricName } from '@/lib/report/metric-name'

import {
  deleteEvaluation,
  type EvaluationJob,
  evaluationsQuery,
  startEvaluation,
  stopEvaluation,
} from '../api/evaluations'
import classes from './evaluation-list.module.css'
import { JobActions } from './job-actions'

type Result = NonNullable<EvaluationJob['result']>

interface EvaluationListProps {
  model: string
  /** What a dataset is called. */
  nameOf: (dataset: string) => string
}

/** What a model scored apart from its run: under way with how far, done with the figures, or refused with the reason. */
export function EvaluationList({ model, nameOf }: EvaluationListProps) {
  const { t } = useTranslation()
  const { data, error } = useQuery(evaluationsQuery())
  const jobs = (data ?? []).filter((job) => job.request.model === model)
  if (hidesAll(error, data)) return <ProblemNotice error={error} title={t('measure.list')} />
  if (jobs.length === 0) return null
  return (
    <Card flush title={t('measure.list')}>
      <ul className={rows.rows}>
        {jobs.map((job) => (
          <Row key={job.id} job={job} nameOf={nameOf} />
        ))}
      </ul>
    </Card>
  )
}

function Row({ job, nameOf }: { job: EvaluationJob; nameOf: EvaluationListProps['nameOf'] }) {
  const { t } = useTranslation()
  const { result, request, error } = job
  const data = result?.run_id || !request.dataset ? t('measure.heldOut') : nameOf(request.dataset)
  return (
    <li className={rows.row}>
      <div className={rows.head}>
        <span className={rows.name}>{data}</span>
        <State job={job} />
      </div>
      {job.status === 'running' ? <UnderWay job={job} /> : null}
      <p className={`${rows.words} numbers`}>
        {request.against ? <span>{t('measure.besideOther', { model: request.against })}</span> : null}
        {result ? <span>{t('data.rowCount', { count: result.rows })}</span> : null}
        <Ago when={job.created_at} />
        {error ? (
          <span className={rows.bad}>
            <ErrorText error={error} />
          </span>
        ) : null}
      </p>
      {result ? <Found result={result} /> : null}
      <JobActions
        status={job.status}
        list="evaluations"
        ways={{
          stop: () => stopEvaluation(job.id),
          again: () => startEvaluation(request).then(() => deleteEvaluation(job.id)),
          dismiss: () => deleteEvaluation(job.id),
        }}
      />
    </li>
  )
}

function Found({ result }: { result: Result }) {
  const { t, i18n } = useTranslation()
  const { report } = result
  return (
    <>
      {report ? (
        <p className={rows.words}>
          <ReportSentence report={report} text="measure.sentence" />
        </p>
      ) : (
        <Scores scores={result.scores} />
      )}
      {remarksIn(i18n, result.notices, result.remarks).map((notice) => (
        <p key={notice} className={rows.words}>
          {notice}
        </p>
      ))}
      {report ? (
        <div className={classes.edgeToEdge}>
          <ReportMetrics report={report} names={{ base: t('measure.other'), tuned: t('measure.this') }} />
        </div>
      ) : null}
    </>
  )
}

function State({ job }: { job: EvaluationJob }) {
  const { t } = useTranslation()
  if (job.status === 'queued') return <Tag>{t('job.queued')}</Tag>
  if (job.status === 'running') {
    return (
      <Tag tone="ember" live>
        {t('measure.running')}
      </Tag>
    )
  }
  if (job.status === 'failed') return <Tag tone="bad">{t('measure.failed')}</Tag>
  if (job.status === 'stopped') return <Tag>{t('job.stopped')}</Tag>
  const verdict = job.result?.report?.verdict
  if (!verdict) return <Tag tone="good">{t('measure.done')}</Tag>
  if (verdict === 'no evidence') return <Tag>{t('measure.noEvidence')}</Tag>
  return <Tag tone={verdict === 'better' ? 'good' : 'bad'}>{t(`measure.${verdict}`)}</Tag>
}

function UnderWay({ job }: { job: EvaluationJob }) {
  const { t } = useTranslation()
  const { progress, request } = job
  const models = request.against ? 2 : 1
  const before = models === 2 && progress?.model === request.model ? 1 : 0
  const share = progress && progress.rows > 0 ? (before + progress.rows_done / progress.rows) / models : 0
  return (
    <>
      <Meter tone="ember" share={share} label={t('measure.progress', { model: request.model })} />
      <p className={`${rows.words} numbers`}>
        {progress ? (
          <span>
            {t('measure.rowsDone', {
              model: progress.model,
              done: formatNumber(progress.rows_done),
              rows: formatNumber(progress.rows),
            })}
          </span>
        ) : (
          <span>{t('measure.loading')}</span>
        )}
      </p>
    </>
  )
}

function Scores({ scores }: { scores: Result['scores'] }) {
  const { t } = useTranslation()
  return (
    <p className={`${rows.words} numbers`}>
      {Object.entries(scores).map(([name, score]) => {
        const { value } = formatAlike([score.value, ...(score.ci95 ?? [])])
        return (
          <span key={name}>
            <strong>
              {metricName(name)} {value(score.value)}
            </strong>
            {score.ci95
              ? ` ${t('measure.between', { low: value(score.ci95[0]), high: value(score.ci95[1]) })}`
              : null}
          </span>
        )
      })}
    </p>
  )
}
