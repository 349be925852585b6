import { useTranslation } from 'react-i18next'

import { Problem, Unreachable } from '@/lib/api/problem'
import { useErrorWords } from '@/lib/i18n/error-words'

import { Notice } from './notice'

/** What went wrong, and what to do. */
export function ProblemNotice({ error, title }: { error: Error; title?: string }) {
  const { t } = useTranslation()
  const words = useErrorWords()
  if (error instanceof Unreachable) {
    return (
      <Notice tone="warn" title={title}>
        {t('shell.away')}
      </Notice>
    )
  }
  const { message, hint } = words(error instanceof Problem ? error.told : error)
  return (
    <Notice tone="bad" title={title}>
      <span>{message}</span>
      {hint ? <span> {hint}</span> : null}
      {error instanceof Problem && error.status >= 500 && error.body.request_id ? (
        <span> {t('common.requestId', { id: error.body.request_id })}</span>
      ) : null}
    </Notice>
  )
}
