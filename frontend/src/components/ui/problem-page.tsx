import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { isGone } from '@/lib/api/problem'

import { EmptyPage } from './empty-page'
import { ProblemNotice } from './problem-notice'

/** A page whose subject cannot be shown: because it is not there, or because of a fault; and the way out. */
export function ProblemPage({ error, children }: { error: Error; children: ReactNode }) {
  const { t } = useTranslation()
  if (isGone(error)) {
    return (
      <EmptyPage title={t('shell.gone')} text={t('shell.lostText')}>
        {children}
      </EmptyPage>
    )
  }
  return (
    <EmptyPage title={t('shell.notShown')} text={<ProblemNotice error={error} />}>
      {children}
    </EmptyPage>
  )
}
