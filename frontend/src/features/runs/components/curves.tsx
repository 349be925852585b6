import { Switch } from '@mantine/core'
import type { TFunction } from 'i18next'
import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Chart } from '@/components/chart/chart'
import { line, type Line } from '@/components/chart/lines'
import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'

import { chartTitle, lineName } from '../api/chart-names'
import { type ChartPlan, planCharts } from '../api/charts'
import { type Series, type SeriesByName, smoothed } from '../api/series'
import classes from './curves.module.css'
import { MeasureChart } from './measure-chart'

const NONE: Series = { steps: [], values: [] }
const WORTH_SMOOTHING = 40

interface CurvesProps {
  series: SeriesByName
  version: string
  /** Between the loss and all that is measured beside it. */
  children?: ReactNode
}

/** Everything that a run measures over its steps. */
export function Curves({ series, version, children }: CurvesProps) {
  const { t } = useTranslation()
  const [smooth, setSmooth] = useState(true)
  const [log, setLog] = useState(false)
  const lines = useMemo(() => lossLines(series, smooth, t), [series, smooth, t])
  return (
    <div className={grid.stack}>
      <Card>
        <Chart
          title={t('curve.loss')}
          height={290}
          log={log}
          version={`${version}:${smooth}`}
          lines={lines}
        />
        <div className={classes.switches}>
          <Switch
            size="xs"
            label={t('curve.smooth')}
            checked={smooth}
            onChange={(event) => setSmooth(event.currentTarget.checked)}
          />
          <Switch
            size="xs"
            label={t('curve.log')}
            checked={log}
            onChange={(event) => setLog(event.currentTarget.checked)}
          />
        </div>
      </Card>
      {children}
      <div className={grid.two}>
        {planCharts(series).map((plan) => (
          <Small key={plan.id} plan={plan} series={series} version={version} />
        ))}
      </div>
    </div>
  )
}

function lossLines(
  { loss = NONE, evaluation_loss = NONE }: SeriesByName,
  smooth: boolean,
  t: TFunction,
): Line[] {
  const raw = line(t('curve.training'), loss.steps, loss.values, '--ember')
  const training =
    smooth && loss.values.length >= WORTH_SMOOTHING
      ? [
          { ...raw, id: 'each', label: t('curve.each'), faint: true, width: 1 },
          { ...raw, label: t('curve.smoothed'), values: smoothed(loss.values), raw: loss.values, width: 2 },
        ]
      : [raw]
  const heldOut = line(t('curve.heldOut'), evaluation_loss.steps, evaluation_loss.values, '--blue')
  return [...training, { ...heldOut, points: true, width: 2 }]
}

interface SmallProps {
  plan: ChartPlan
  series: SeriesByName
  version: string
}

function Small({ plan, series, version }: SmallProps) {
  const { i18n } = useTranslation()
  const title = chartTitle(plan, i18n)
  const lines = plan.lines.map((one): Line => {
    const { steps, values } = series[one.series] ?? NONE
    const label = plan.lines.length === 1 ? title : lineName(plan, one, i18n)
    return { ...line(label, steps, values, one.color), points: one.heldOut }
  })
  return <MeasureChart plan={plan} title={title} version={version} lines={lines} />
}
