import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Ago } from '@/components/ui/ago'
import { ActionButtons } from '@/components/ui/action-buttons'
import { Card } from '@/components/ui/card'
import { ErrorText } from '@/components/ui/error-text'
import { Meter } from '@/components/ui/meter'
import { ProblemNotice } from '@/components/ui/problem-notice'
import rows from '@/components/ui/rows.module.css'
import { Tag, type TagTone } from '@/components/ui/tag'
import { hidesAll } from '@/lib/api/problem'
import { formatBytes } from '@/lib/format/format'

import { cancelJob, forgetJob, type HubJob, hubJobsQuery, isOpen, retryJob } from '../api/jobs'

const WAYS = { cancel: cancelJob, again: retryJob, dismiss: forgetJob }
type Way = keyof typeof WAYS

const TONES: Record<HubJob['status'], TagTone> = {
  queued: 'plain',
  running: 'ember',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'plain',
  interrupted: 'warn',
}

/** What goes to the hub and comes from it, with how far it is. */
export function HubJobs({ model }: { model?: string }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(hubJobsQuery())
  const jobs = (data ?? []).filter((job) => model === undefined || job.model_id === model)
  if (hidesAll(error, data)) return <ProblemNotice error={error} title={t('hub.jobs')} />
  if (jobs.length === 0) return null
  return (
    <Card flush title={t('hub.jobs')}>
      <ul className={rows.rows}>
        {jobs.map((job) => (
          <Job key={job.id} job={job} />
        ))}
      </ul>
    </Card>
  )
}

function Job({ job }: { job: HubJob }) {
  const { t } = useTranslation()
  const total = job.bytes_total ?? 0
  const done = job.bytes_done ?? 0
  return (
    <li className={rows.row}>
      <div className={rows.head}>
        <span className={rows.name}>{job.repository}</span>
        <Tag tone={TONES[job.status]} live={job.status === 'running'}>
          {t(`hub.status.${job.status}`)}
        </Tag>
      </div>
      {isOpen(job) && total > 0 ? (
        <Meter tone="ember" share={done / total} label={t('hub.progress', { name: job.repository })} />
      ) : null}
      <p className={`${rows.words} numbers`}>
        <span>{t(`hub.kind.${job.kind}`)}</span>
        {total > 0 ? <span>{`${formatBytes(done)} / ${formatBytes(total)}`}</span> : null}
        <Ago when={job.created_at} />
        {job.kind === 'push' && job.result ? (
          <a href={job.result} target="_blank" rel="noreferrer">
            {job.result}
          </a>
        ) : null}
        {job.error ? (
          <span className={rows.bad}>
            <ErrorText error={job.error} />
          </span>
        ) : null}
      </p>
      <Actions job={job} />
    </li>
  )
}

/** Cancel what is open, try again what has ended badly, dismiss what has ended; and why that was refused. */
function Actions({ job }: { job: HubJob }) {
  const { t } = useTranslation()
  const words = { cancel: t('common.cancel'), again: t('common.tryAgain'), dismiss: t('job.dismiss') }
  const ended: Way[] = job.status === 'succeeded' ? ['dismiss'] : ['again', 'dismiss']
  const offered: Way[] = isOpen(job) ? ['cancel'] : ended
  return (
    <ActionButtons
      offered={offered}
      words={words}
      onAct={(way) => WAYS[way](job.id)}
      renews={['hub', 'jobs']}
    />
  )
}
