import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { Notice, type Tone } from '@/components/ui/notice'
import { formatNumber } from '@/lib/format/format'

import { bestStep, diagnose, type Finding } from '../api/diagnosis'
import { readProgress } from '../api/progress'
import type { Run } from '../api/runs'
import type { SeriesByName } from '../api/series'

const TONES: Record<Finding, Tone> = {
  notFinite: 'bad',
  diverged: 'bad',
  overfitting: 'warn',
  heldOutRisen: 'warn',
  spikes: 'warn',
  flat: 'warn',
  memorised: 'warn',
  falling: 'good',
  early: 'info',
  rising: 'good',
  notRising: 'info',
}

/** What the curves say, in words, and what to do about it. */
export function DiagnosisCard({ run, series }: { run: Run; series: SeriesByName }) {
  const { t } = useTranslation()
  const totalSteps = readProgress(run.progress)?.totalSteps ?? null
  const findings = useMemo(() => diagnose(series, totalSteps, run.error), [series, totalSteps, run.error])
  if (findings.length === 0) return null
  const step = formatNumber(bestStep(series['evaluation_loss']))
  return (
    <Card title={t('diagnosis.title')}>
      {findings.map((finding) => (
        <Notice key={finding} tone={TONES[finding]} title={t(`diagnosis.${finding}`)}>
          {t(`diagnosis.${finding}Text`, { step })}
        </Notice>
      ))}
    </Card>
  )
}
