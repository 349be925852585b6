import { Switch } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Chart } from '@/components/chart/chart'
import { line, type Line } from '@/components/chart/lines'
import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { formatBytes, formatMeasure } from '@/lib/format/format'

import { type Series, type SeriesByName, smoothed } from '../api/series'
import classes from './curves.module.css'

const NONE: Series = { steps: [], values: [] }
const SMOOTHING = 0.9
const WORTH_SMOOTHING = 40

/** Everything that a run measures over its steps. */
export function Curves({ series, version }: { series: SeriesByName; version: number }) {
  const { t } = useTranslation()
  const loss = series['loss'] ?? NONE
  const [smooth, setSmooth] = useState(true)
  const [log, setLog] = useState(false)
  const drawn = `${version}:${loss.steps.length}`
  return (
    <div className={grid.stack}>
      <Card>
        <Chart
          title={t('curve.loss')}
          height={290}
          log={log}
          version={`${drawn}:${smooth}`}
          lines={lossLines(series, smooth, t('curve.training'), t('curve.heldOut'), t('curve.each'))}
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
      <div className={grid.two}>
        <Small
          name="learning_rate"
          title={t('curve.learningRate')}
          series={series}
          version={drawn}
          color="--violet"
        />
        <Small name="grad_norm" title={t('curve.gradNorm')} series={series} version={drawn} color="--teal" />
        <Small
          name="tokens_per_second"
          title={t('curve.speed')}
          series={series}
          version={drawn}
          color="--olive"
        />
        <Small
          name="memory_bytes"
          title={t('curve.memory')}
          series={series}
          version={drawn}
          color="--pink"
          format={formatBytes}
        />
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
          { ...raw, label: each, faint: true, width: 1 },
          { ...raw, values: smoothed(loss.values, SMOOTHING), width: 2 },
        ]
      : [raw]
  return [
    ...lines,
    { ...line(heldOut, evaluation.steps, evaluation.values, '--blue'), points: true, width: 2 },
  ]
}

interface SmallProps {
  name: string
  title: string
  series: SeriesByName
  version: string
  color: string
  format?: (value: number, digits?: number) => string
}

function Small({ name, title, series, version, color, format = formatMeasure }: SmallProps) {
  const { steps, values } = series[name] ?? NONE
  return (
    <Card>
      <Chart title={title} version={version} format={format} lines={[line(title, steps, values, color)]} />
    </Card>
  )
}
