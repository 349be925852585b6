import { Switch } from '@mantine/core'
import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Chart } from '@/components/chart/chart'
import { line, type Line } from '@/components/chart/lines'
import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { formatBytes, formatMeasure } from '@/lib/format/format'
import { metricName } from '@/lib/report/metric-name'

import { type ChartPlan, planCharts } from '../api/charts'
import { type Series, type SeriesByName, smoothed } from '../api/series'
import classes from './curves.module.css'

const NONE: Series = { steps: [], values: [] }
const SMOOTHING = 0.9
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
  const lines = useMemo(
    () => lossLines(series, smooth, t('curve.training'), t('curve.heldOut'), t('curve.each')),
    [series, smooth, t],
  )
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
  series: SeriesByName,
  smooth: boolean,
  training: string,
  heldOut: string,
  each: string,
): Line[] {
  const loss = series['loss'] ?? NONE
  const evaluation = series['evaluation_loss'] ?? NONE
  const raw = line(training, loss.steps, loss.values, '--ember')
  const lines =
    smooth && loss.values.length >= WORTH_SMOOTHING
      ? [
          { ...raw, id: 'each', label: each, faint: true, width: 1 },
          { ...raw, values: smoothed(loss.values, SMOOTHING), width: 2 },
        ]
      : [raw]
  return [
    ...lines,
    { ...line(heldOut, evaluation.steps, evaluation.values, '--blue'), points: true, width: 2 },
  ]
}

interface SmallProps {
  plan: ChartPlan
  series: SeriesByName
  version: string
}

function Small({ plan, series, version }: SmallProps) {
  const { t, i18n } = useTranslation()
  const named = (key: string, fallback: string) =>
    i18n.exists(key) ? i18n.t(key as never) : metricName(fallback)
  const title = named(`curve.chart.${plan.id}`, plan.id)
  const several = plan.lines.filter(({ heldOut }) => !heldOut).length > 1
  const lines = plan.lines.map(({ series: name, color, heldOut }): Line => {
    const { steps, values } = series[name] ?? NONE
    const label = heldOut
      ? t('curve.heldOut')
      : several
        ? named(`curve.line.${name}`, name)
        : t('curve.training')
    const drawn = line(plan.lines.length === 1 ? title : label, steps, values, color)
    return heldOut ? { ...drawn, points: true } : drawn
  })
  const isMemory = plan.id === 'memory_bytes'
  return (
    <Card>
      <Chart
        title={title}
        version={version}
        binary={isMemory}
        format={isMemory ? formatBytes : formatMeasure}
        lines={lines}
      />
    </Card>
  )
}
