import { useTranslation } from 'react-i18next'

import { Problem, Unreachable } from '@/lib/api/problem'

import { Notice } from './notice'

/** What went wrong, and what to do: the server's own words. */
export function ProblemNotice({ error, title }: { error: Error; title?: string }) {
  const { t } = useTranslation()
  if (error instanceof Unreachable) {
    return (
      <Notice tone="warn" title={title}>
        {t('shell.away')}
      </Notice>
    )
  }
  const hint = error instanceof Problem ? error.hint : null
  return (
    <Notice tone="bad" title={title}>
      <span>{error.message}</span>
      {hint ? <span> {hint}</span> : null}
      {error instanceof Problem && error.status >= 500 && error.body.request_id ? (
        <span> {t('common.requestId', { id: error.body.request_id })}</span>
      ) : null}
    </Notice>
  )
}
