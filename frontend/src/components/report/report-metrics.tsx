import clsx from 'clsx'
import { useTranslation } from 'react-i18next'

import table from '@/components/ui/table.module.css'
import type { Schemas } from '@/lib/api/client'
import { formatAlike, formatNumber, formatPercent } from '@/lib/format/format'
import { metricName } from '@/lib/report/metric-name'

import classes from './report-metrics.module.css'

type Report = Schemas['EvaluationReport']
type Metric = Report['metrics'][string]

interface Labels {
  base: string
  tuned: string
}

interface ReportMetricsProps {
  report: Report
  /** The names of the two models, where they are not a run's base and what it made of it. */
  names?: Labels
}

/** Metric by metric: base, tuned, and how sure the difference is. */
export function ReportMetrics({ report, names }: ReportMetricsProps) {
  const { t } = useTranslation()
  const labels = names ?? { base: t('report.base'), tuned: t('report.tuned') }
  const metrics = Object.keys(report.metrics).sort(
    (a, b) => Number(b === report.primary_metric) - Number(a === report.primary_metric),
  )
  return (
    <div className={table.holder}>
      <table className={clsx(table.table, table.blocks, classes.table, 'numbers')}>
        <thead>
          <tr>
            <th scope="col">{t('report.metric')}</th>
            <th scope="col">{labels.base}</th>
            <th scope="col">{labels.tuned}</th>
            <th scope="col">{t('report.difference')}</th>
            <th scope="col" className={classes.wide}>
              {t('report.interval', { share: formatPercent(report.confidence) })}
            </th>
            <th scope="col">{t('report.rows')}</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((name) => {
            const metric = report.metrics[name]
            return metric ? (
              <Row
                key={name}
                name={name}
                metric={metric}
                labels={labels}
                primary={name === report.primary_metric}
              />
            ) : null
          })}
        </tbody>
      </table>
    </div>
  )
}

interface RowProps {
  name: string
  metric: Metric
  labels: Labels
  primary: boolean
}

function Row({ name, metric, labels, primary }: RowProps) {
  const { t } = useTranslation()
  const [low, high] = metric.ci95 as [number, number]
  const alike = formatAlike([metric.base, metric.tuned])
  return (
    <tr data-verdict={metric.verdict} data-primary={primary}>
      <th scope="row">
        {metricName(name)}
        <span className={classes.direction}>
          {t(metric.higher_is_better ? 'report.higher' : 'report.lower')}
        </span>
      </th>
      <td data-label={labels.base}>{alike.value(metric.base)}</td>
      <td data-label={labels.tuned} className={classes.tuned}>
        {alike.value(metric.tuned)}
      </td>
      <td data-label={t('report.difference')}>{alike.signed(metric.difference)}</td>
      <td className={classes.wide}>
        <Interval low={low} high={high} value={metric.difference} better={metric.higher_is_better} />
        <span className={classes.bounds}>
          {alike.signed(low)} … {alike.signed(high)}
        </span>
      </td>
      <td data-label={t('report.rows')}>{formatNumber(metric.n)}</td>
    </tr>
  )
}

/** The interval of a difference around zero: beside it, there is an effect; over it, there may be none. */
function Interval({
  low,
  high,
  value,
  better,
}: {
  low: number
  high: number
  value: number
  better: boolean
}) {
  const reach = Math.max(Math.abs(low), Math.abs(high), 1e-9) * 1.1
  const at = (number: number) => `${50 + (number / reach) * 50}%`
  const sure = low > 0 || high < 0
  const tone = !sure ? 'open' : low > 0 === better ? 'good' : 'bad'
  return (
    <span className={classes.interval} aria-hidden data-tone={tone}>
      <span className={classes.zero} />
      <span className={classes.range} style={{ left: at(low), width: `${((high - low) / reach) * 50}%` }} />
      <span className={classes.value} style={{ left: at(value) }} />
    </span>
  )
}
