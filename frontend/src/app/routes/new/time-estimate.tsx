import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { readProgress } from '@/features/runs/api/progress'
import { type Run, runsQuery } from '@/features/runs/api/runs'
import type { PlanReport } from '@/features/tuning/api/plans'
import type { TrainingConfig } from '@/features/tuning/api/recipes'
import { formatDuration, formatNumber } from '@/lib/format/format'

import classes from './new-page.module.css'

/** A speed that was measured here, with this model trained in this way. */
function measured(runs: readonly Run[], config: TrainingConfig): { run: Run; speed: number } | null {
  for (const run of runs) {
    const speed = readProgress(run.progress)?.tokensPerSecond ?? 0
    const alike = run.config.model === config.model && run.config.finetuning_type === config.finetuning_type
    if (alike && speed > 0) return { run, speed }
  }
  return null
}

/** Tokens that a run would read: whole epochs of the rows, or so many steps of a mean batch. */
export function tokensOf(config: TrainingConfig, preflight: PlanReport['preflight']): number {
  const { optimization } = config
  const steps = optimization?.max_steps ?? null
  if (steps === null) return preflight.tokens * (optimization?.num_train_epochs ?? 1)
  const batch =
    (optimization?.per_device_train_batch_size ?? 1) * (optimization?.gradient_accumulation_steps ?? 1)
  return (preflight.tokens / Math.max(1, preflight.rows)) * batch * steps
}

/** How long the training may take, by what was measured here before; without that, no figure. */
export function TimeEstimate({
  config,
  preflight,
}: {
  config: TrainingConfig
  preflight: PlanReport['preflight'] | undefined
}) {
  const { t } = useTranslation()
  const { data } = useQuery(runsQuery())
  const found = data ? measured(data.items, config) : null
  if (!preflight || !data) return null
  return (
    <p className={`${classes.estimate} numbers`}>
      {found === null ? (
        <span>{t('plan.noEstimate')}</span>
      ) : (
        <>
          {t('plan.estimate', { time: formatDuration(tokensOf(config, preflight) / found.speed) })}{' '}
          <span>{t('plan.estimateFrom', { speed: formatNumber(found.speed), run: found.run.name })}</span>
        </>
      )}
    </p>
  )
}
