import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { runsQuery } from '@/features/runs/api/runs'
import type { PlanReport } from '@/features/tuning/api/plans'
import type { TrainingConfig } from '@/features/tuning/api/recipes'
import { formatDuration, formatNumber } from '@/lib/format/format'

import classes from './new-page.module.css'
import { paceOf, samplesAnswers, tokensOf } from './pace'

interface TimeEstimateProps {
  config: TrainingConfig
  preflight: PlanReport['preflight'] | undefined
  /** What it is planned for: `cpu`, `cuda:0`. */
  device: string | undefined
}

/** How long the training may take, by what was measured here before; without that, no figure. */
export function TimeEstimate({ config, preflight, device }: TimeEstimateProps) {
  const { t } = useTranslation()
  const { data } = useQuery(runsQuery())
  if (!preflight || !data || device === undefined) return null
  const samples = samplesAnswers(config)
  const pace = samples ? null : paceOf(data.items, config, device)
  return (
    <p className={`${classes.estimate} numbers`}>
      {pace === null ? (
        <span>{t(samples ? 'plan.noEstimateSampled' : 'plan.noEstimate')}</span>
      ) : (
        <>
          {t('plan.estimate', { time: formatDuration(tokensOf(config, preflight) / pace.speed) })}{' '}
          <span>{t('plan.estimateFrom', { speed: formatNumber(pace.speed), run: pace.run.name })}</span>
        </>
      )}
    </p>
  )
}
