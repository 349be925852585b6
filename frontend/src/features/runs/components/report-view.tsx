import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { ReportMetrics } from '@/components/report/report-metrics'
import { ReportSentence } from '@/components/report/report-sentence'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import grid from '@/components/ui/grid.module.css'
import { Notice, type Tone } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'

import { type Report, reportQuery, specQuery } from '../api/run-events'
import type { Run } from '../api/runs'
import { type Confusion, ConfusionCard } from './confusion-card'
import { Examples } from './report-examples'
import { ReportHead } from './report-head'
import type { Made } from './run-actions'
import { StagesReport } from './stages-report'

/** What a report may hold beside the measures. */
type ReportOfClasses = Report & { confusion?: Confusion | null; note?: string | null }

const TONES: Record<Report['verdict'], Tone> = { better: 'good', 'no evidence': 'info', worse: 'bad' }

/** Before and after on the same held-out rows, with the verdict that the intervals allow. */
export function ReportView({ run, made }: { run: Run; made: Made }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(reportQuery(run.id))
  if (error) return <ProblemNotice error={error} />
  if (!data) return null
  const more: ReportOfClasses = data
  const verdict = data.verdict === 'no evidence' ? 'noEvidence' : data.verdict
  return (
    <div className={grid.stack}>
      <ReportHead run={run} made={made} />
      <Notice tone={TONES[data.verdict]} title={t(`report.verdict.${verdict}`)}>
        <ReportSentence report={data} />
        <Note {...more} />
      </Notice>
      <Card flush title={t('report.metrics')}>
        <ReportMetrics report={data} />
      </Card>
      {data.since_start ? <StagesReport whole={data.since_start} /> : null}
      {more.confusion ? <ConfusionCard confusion={more.confusion} /> : null}
      {data.examples && data.examples.length > 0 ? (
        <Card flush title={t('report.examples')}>
          <Examples run={run.id} examples={data.examples} />
        </Card>
      ) : null}
      <Reproduce run={run} />
    </div>
  )
}

/** What has to be known to read the figures. */
function Note({
  note,
  untrained = [],
  unmeasured = 0,
}: Partial<Pick<ReportOfClasses, 'note' | 'untrained' | 'unmeasured'>>) {
  const { t } = useTranslation()
  const said = untrained.length > 0 ? t('report.untrained', { parts: untrained.join(', ') }) : note
  return (
    <>
      {said ? <span> {said}</span> : null}
      {unmeasured > 0 ? <span> {t('report.unmeasured', { count: unmeasured })}</span> : null}
    </>
  )
}

/** What it takes to get the same again. */
function Reproduce({ run }: { run: Run }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(specQuery(run.id))
  if (error && !data) return <ProblemNotice error={error} />
  if (!data) return null
  return (
    <Card title={t('report.reproduce')}>
      <Facts
        facts={[
          [t('report.dataHash'), <code key="hash">{data.dataset_sha256 ?? '–'}</code>],
          [t('report.seed'), <code key="seed">{data.config.seed}</code>],
          [
            t('report.versions'),
            Object.entries(data.versions)
              .map(([name, one]) => `${name} ${one}`)
              .join(', '),
          ],
          [
            t('recipe.title'),
            <Link key="recipe" to="/runs/$runId" params={{ runId: run.id }} search={{ tab: 'recipe' }}>
              {t('report.seeRecipe')}
            </Link>,
          ],
        ]}
      />
    </Card>
  )
}
