import { useTranslation } from 'react-i18next'

import { formatDifference, formatMeasure, formatNumber, formatPercent } from '@/lib/format/format'

import type { Report } from '../api/run-events'
import classes from './report-metrics.module.css'

type Metric = Report['metrics'][string]

/** Metric by metric: base, tuned, and how sure the difference is. */
export function ReportMetrics({ report }: { report: Report }) {
  const { t } = useTranslation()
  const names = Object.keys(report.metrics).sort(
    (a, b) => Number(b === report.primary_metric) - Number(a === report.primary_metric),
  )
  return (
    <div className={classes.scroll}>
      <table className={`${classes.table} numbers`}>
        <thead>
          <tr>
            <th scope="col">{t('report.metric')}</th>
            <th scope="col">{t('report.base')}</th>
            <th scope="col">{t('report.tuned')}</th>
            <th scope="col">{t('report.difference')}</th>
            <th scope="col" className={classes.wide}>
              {t('report.interval', { share: formatPercent(report.confidence) })}
            </th>
            <th scope="col">{t('report.rows')}</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const metric = report.metrics[name]
            return metric ? (
              <Row key={name} name={name} metric={metric} primary={name === report.primary_metric} />
            ) : null
          })}
        </tbody>
      </table>
    </div>
  )
}

function Row({ name, metric, primary }: { name: string; metric: Metric; primary: boolean }) {
  const { t } = useTranslation()
  const [low, high] = metric.ci95 as [number, number]
  return (
    <tr data-verdict={metric.verdict} data-primary={primary}>
      <th scope="row">
        {name.replaceAll('_', ' ')}
        <span className={classes.direction}>
          {t(metric.higher_is_better ? 'report.higher' : 'report.lower')}
        </span>
      </th>
      <td>{formatMeasure(metric.base)}</td>
      <td className={classes.tuned}>{formatMeasure(metric.tuned)}</td>
      <td>{formatDifference(metric.difference, 4)}</td>
      <td className={classes.wide}>
        <Interval low={low} high={high} value={metric.difference} better={metric.higher_is_better} />
        <span className={classes.bounds}>
          {formatDifference(low, 4)} … {formatDifference(high, 4)}
        </span>
      </td>
      <td>{formatNumber(metric.n)}</td>
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
