import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { hidesAll } from '@/lib/api/problem'
import { useErrorWords } from '@/lib/i18n/error-words'

import { mergesQuery } from '../api/models'

/** Merges of one adapter: under way, done with their check, or failed with the reason. */
export function MergeList({ model }: { model: string }) {
  const { t } = useTranslation()
  const words = useErrorWords()
  const queries = useQueryClient()
  const { data, error } = useQuery(mergesQuery())
  const jobs = (data ?? []).filter((job) => job.model_id === model)
  const done = jobs.filter((job) => job.status !== 'running').length
  useEffect(() => {
    if (done > 0) {
      void queries.invalidateQueries({ queryKey: ['models'] })
      void queries.invalidateQueries({ queryKey: ['model', model] })
    }
  }, [done, model, queries])
  if (hidesAll(error, data)) return <ProblemNotice error={error} title={t('model.merges')} />
  return jobs.map((job) => {
    if (job.status === 'running') {
      return (
        <Notice key={job.id} tone="info" title={t('model.merging')}>
          {t('model.mergingText')}
        </Notice>
      )
    }
    if (job.status === 'failed') {
      const failure = job.error ? words(job.error) : null
      return (
        <Notice key={job.id} tone="bad" title={failure?.message ?? t('model.mergeFailed')}>
          {failure?.hint}
        </Notice>
      )
    }
    if (job.status === 'stopped') return <Notice key={job.id} tone="warn" title={t('model.mergeStopped')} />
    return (
      <Notice key={job.id} tone="good" title={t('model.merged')}>
        {job.check}{' '}
        {job.result ? (
          <Link to="/models/$modelId" params={{ modelId: job.result.id }}>
            {job.result.name}
          </Link>
        ) : null}
      </Notice>
    )
  })
}
