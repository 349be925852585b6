import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/lib/api/client'
import { formatAlike, formatNumber, formatPercent } from '@/lib/format/format'
import { metricName } from '@/lib/report/metric-name'

/** The measure of answers with marks. A report lacks it where all of its rows bear one mark. */
const TOLD_APART = 'marks_told_apart'

interface ReportSentenceProps {
  report: Schemas['EvaluationReport']
  /** Which text: of rows that were held out of a run, or of any rows. */
  text?: 'report.sentence' | 'measure.sentence'
}

/** The primary measure in a sentence of the page's language; without one, the report's own words. */
export function ReportSentence({ report, text = 'report.sentence' }: ReportSentenceProps) {
  const { t } = useTranslation()
  const metric = report.metrics[report.primary_metric]
  if (!metric) return report.primary_metric === TOLD_APART ? t('report.oneMark') : report.sentence
  const alike = formatAlike([metric.base, metric.tuned])
  const [low, high] = metric.ci95 as [number, number]
  return t(text, {
    metric: metricName(report.primary_metric),
    base: alike.value(metric.base),
    tuned: alike.value(metric.tuned),
    rows: formatNumber(metric.n),
    difference: alike.signed(metric.difference),
    share: formatPercent(report.confidence),
    low: alike.signed(low),
    high: alike.signed(high),
  })
}
