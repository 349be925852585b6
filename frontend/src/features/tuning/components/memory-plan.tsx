import { useTranslation } from 'react-i18next'

import { Notice } from '@/components/ui/notice'
import { formatBytes, formatCompact, formatPercent } from '@/lib/format/format'
import { told } from '@/lib/i18n'

import type { MemoryPlan } from '../api/plans'
import classes from './memory-plan.module.css'

const PARTS = ['runtime', 'weights', 'adapters', 'gradients', 'optimizer', 'activations', 'logits'] as const

/** What a run would take of the memory that is free, part by part. */
export function MemoryPlanView({ plan }: { plan: MemoryPlan }) {
  const { t, i18n } = useTranslation()
  const room = Math.max(plan.available_bytes, plan.total_bytes)
  const shown = PARTS.filter((part) => plan.parts[part] > 0)
  const words = t('plan.takes', {
    total: formatBytes(plan.total_bytes),
    available: formatBytes(plan.available_bytes),
    device: plan.device === 'cpu' ? t('plan.memory') : plan.device,
  })
  return (
    <div className={classes.plan}>
      <p className={`${classes.words} numbers`}>{words}</p>
      <div className={classes.bar} role="img" aria-label={words} data-fits={plan.fits}>
        {shown.map((part) => (
          <div
            key={part}
            className={classes.part}
            data-part={part}
            style={{ width: `${(plan.parts[part] / room) * 100}%` }}
            title={`${t(`plan.part.${part}`)}: ${formatBytes(plan.parts[part])}`}
          />
        ))}
        {plan.fits ? null : (
          <div className={classes.edge} style={{ left: `${(plan.available_bytes / room) * 100}%` }} />
        )}
      </div>
      <dl className={classes.legend}>
        {shown.map((part) => (
          <div key={part} className={classes.entry}>
            <dt>
              <span className={classes.dot} data-part={part} />
              {t(`plan.part.${part}`)}
            </dt>
            <dd className="numbers">{formatBytes(plan.parts[part])}</dd>
          </div>
        ))}
      </dl>
      <p className={`${classes.small} numbers`}>
        {t('plan.trainable', {
          trainable: formatCompact(plan.trainable_parameters),
          all: formatCompact(plan.parameters),
          share: formatPercent(plan.trainable_parameters / plan.parameters, 1),
        })}
      </p>
      {plan.is_exact ? null : <Notice tone="info">{t('plan.estimated')}</Notice>}
      {plan.fits ? null : (
        <Notice tone="bad" title={t('plan.doesNotFit')}>
          <ul className={classes.advice}>
            {(plan.advice ?? []).map((one) => (
              <li key={one.code}>{told(`server.advice.${one.code}`, i18n, one.params) ?? one.message}</li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  )
}
