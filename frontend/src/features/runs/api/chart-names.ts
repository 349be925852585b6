import type { i18n as I18n } from 'i18next'

import { told } from '@/lib/i18n'
import { metricName } from '@/lib/report/metric-name'

import type { ChartLine, ChartPlan } from './charts'

/** A chart's title: from the texts, else as its measure reads. */
export function chartTitle({ id }: ChartPlan, i18n: I18n): string {
  return told(`curve.chart.${id}`, i18n) ?? metricName(id)
}

/** What a line is called beside the others of its chart. */
export function lineName({ lines }: ChartPlan, { series, heldOut }: ChartLine, i18n: I18n): string {
  if (heldOut) return i18n.t('curve.heldOut')
  const several = lines.filter((one) => !one.heldOut).length > 1
  if (!several) return i18n.t('curve.training')
  return told(`curve.line.${series}`, i18n) ?? metricName(series)
}
