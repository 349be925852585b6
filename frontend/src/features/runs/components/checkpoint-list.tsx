import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Ago } from '@/components/ui/ago'
import { Card } from '@/components/ui/card'
import { ErrorText } from '@/components/ui/error-text'
import { ProblemNotice } from '@/components/ui/problem-notice'
import rows from '@/components/ui/rows.module.css'
import { Tag } from '@/components/ui/tag'
import { formatBytes, formatMeasure, formatNumber } from '@/lib/format/format'

import { checkpointsQuery } from '../api/run-events'
import { isActive, type Run } from '../api/runs'

/** The checkpoints that are kept: what a resume can go on from. */
export function CheckpointList({ run }: { run: Run }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(checkpointsQuery(run.id, isActive(run)))
  if (error && !data) return <ProblemNotice error={error} />
  return (
    <Card flush title={t('checkpoint.title')}>
      {data && data.length === 0 ? <p className={rows.row}>{t('checkpoint.none')}</p> : null}
      <ul className={rows.rows}>
        {data?.map((one) => (
          <li key={one.name} className={rows.row}>
            <div className={rows.head}>
              <span className={`${rows.name} numbers`}>
                {t('checkpoint.step', { step: formatNumber(one.step) })}
              </span>
              {one.best ? <Tag tone="good">{t('checkpoint.best')}</Tag> : null}
              {one.fault ? <Tag tone="bad">{t('checkpoint.faulty')}</Tag> : null}
            </div>
            <p className={`${rows.words} numbers`}>
              <span>{formatBytes(one.bytes)}</span>
              <Ago when={one.created_at} />
              {one.evaluation_loss === null ? null : (
                <span>{t('checkpoint.loss', { loss: formatMeasure(one.evaluation_loss) })}</span>
              )}
              {one.fault ? (
                <span className={rows.bad}>
                  <ErrorText error={one.error ?? { message: one.fault }} />
                </span>
              ) : null}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  )
}
