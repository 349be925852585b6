import { useTranslation } from 'react-i18next'

import { type ToldError, useErrorWords } from '@/lib/i18n/error-words'

import { Notice } from './notice'

interface UnreadableNoticeProps {
  /** What a list leaves out, each with the reason. */
  left: readonly { id: string; error: ToldError }[] | undefined
}

/** What is not in a list because it cannot be read, by name; nothing where all of it is there. */
export function UnreadableNotice({ left = [] }: UnreadableNoticeProps) {
  const { t } = useTranslation()
  const words = useErrorWords()
  if (left.length === 0) return null
  return (
    <Notice tone="warn" title={t('shell.unreadable')}>
      {left.map(({ id, error }) => `${id}: ${words(error).message}`).join(' ')}
    </Notice>
  )
}
