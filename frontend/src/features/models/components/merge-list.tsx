import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

import { ErrorText } from '@/components/ui/error-text'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { hidesAll } from '@/lib/api/problem'
import { remarkIn } from '@/lib/i18n/remarks'

import { isUnderWay } from '../api/jobs'
import { forgetMerge, type Merge, mergeModel, mergesQuery, stopMerge } from '../api/models'
import { JobActions } from './job-actions'

/** Merges of one adapter: under way, done with their check, or failed with the reason. */
export function MergeList({ model }: { model: string }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data, error } = useQuery(mergesQuery())
  const jobs = (data ?? []).filter((job) => job.model_id === model)
  const done = jobs.filter((job) => !isUnderWay(job)).length
  useEffect(() => {
    if (done > 0) {
      void queries.invalidateQueries({ queryKey: ['models'] })
      void queries.invalidateQueries({ queryKey: ['model', model] })
    }
  }, [done, model, queries])
  if (hidesAll(error, data)) return <ProblemNotice error={error} title={t('model.merges')} />
  return jobs.map((job) => <Told key={job.id} job={job} />)
}

function Told({ job }: { job: Merge }) {
  const { t, i18n } = useTranslation()
  const actions = (
    <JobActions
      status={job.status}
      list="merges"
      ways={{
        stop: () => stopMerge(job.id),
        again: () =>
          mergeModel(job.model_id, { dtype: job.dtype, new_id: job.new_id ?? null }).then(() =>
            forgetMerge(job.id),
          ),
        dismiss: () => forgetMerge(job.id),
      }}
    />
  )
  switch (job.status) {
    case 'queued':
      return (
        <Notice tone="info" title={t('model.mergeQueued')}>
          {t('model.mergeQueuedText')}
          {actions}
        </Notice>
      )
    case 'running':
      return (
        <Notice tone="info" title={t('model.merging')}>
          {t('model.mergingText')}
          {actions}
        </Notice>
      )
    case 'failed':
      return (
        <Notice tone="bad" title={t('model.mergeFailed')}>
          {job.error ? <ErrorText error={job.error} /> : null}
          {actions}
        </Notice>
      )
    case 'stopped':
      return (
        <Notice tone="warn" title={t('model.mergeStopped')}>
          {actions}
        </Notice>
      )
    default:
      return (
        <Notice tone="good" title={t('model.merged')}>
          {job.check ? remarkIn(i18n, job.check, job.remarks?.[job.check]) : null}{' '}
          {job.result ? (
            <Link to="/models/$modelId" params={{ modelId: job.result.id }}>
              {job.result.name}
            </Link>
          ) : null}
        </Notice>
      )
  }
}
