import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { Notice, type Tone } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'

import { type Report, reportQuery } from '../api/run-events'
import type { Run } from '../api/runs'
import { Examples } from './report-examples'
import { ReportMetrics } from './report-metrics'

const TONES: Record<Report['verdict'], Tone> = { better: 'good', 'no evidence': 'info', worse: 'bad' }

/** Before and after on the same held-out rows, with the verdict that the intervals allow. */
export function ReportView({ run }: { run: Run }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(reportQuery(run.id))
  if (error) return <ProblemNotice error={error} />
  if (!data) return null
  const verdict = data.verdict === 'no evidence' ? 'noEvidence' : data.verdict
  return (
    <div className={grid.stack}>
      <Notice tone={TONES[data.verdict]} title={t(`report.verdict.${verdict}`)}>
        {data.sentence}
      </Notice>
      <Card flush title={t('report.metrics')}>
        <ReportMetrics report={data} />
      </Card>
      {data.examples && data.examples.length > 0 ? (
        <Card flush title={t('report.examples')}>
          <Examples examples={data.examples} />
        </Card>
      ) : null}
    </div>
  )
}
