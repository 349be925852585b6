import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { NOT_FOUND, Problem } from '@/lib/api/problem'

import { EmptyState } from './empty-state'
import { ProblemNotice } from './problem-notice'

/** A page whose subject cannot be shown: because it is not there, or because of a fault; and the way out. */
export function ProblemPage({ error, children }: { error: Error; children: ReactNode }) {
  const { t } = useTranslation()
  if (error instanceof Problem && error.status === NOT_FOUND) {
    return (
      <EmptyState title={t('shell.gone')} text={t('shell.lostText')}>
        {children}
      </EmptyState>
    )
  }
  return (
    <EmptyState title={t('shell.notShown')} text={<ProblemNotice error={error} />}>
      {children}
    </EmptyState>
  )
}
