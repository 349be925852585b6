import type { i18n as I18n } from 'i18next'

import { metricName } from '@/lib/report/metric-name'

import type { ChartLine, ChartPlan } from './charts'

function named(key: string, fallback: string, i18n: I18n): string {
  return i18n.exists(key) ? i18n.t(key as never) : metricName(fallback)
}

/** A chart's title: from the texts, else as its measure reads. */
export function chartTitle({ id }: ChartPlan, i18n: I18n): string {
  return named(`curve.chart.${id}`, id, i18n)
}

/** What a line is called beside the others of its chart. */
export function lineName({ lines }: ChartPlan, { series, heldOut }: ChartLine, i18n: I18n): string {
  if (heldOut) return i18n.t('curve.heldOut')
  const several = lines.filter((one) => !one.heldOut).length > 1
  return several ? named(`curve.line.${series}`, series, i18n) : i18n.t('curve.training')
}
