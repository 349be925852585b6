import { useTranslation } from 'react-i18next'

import { Chart } from '@/components/chart/chart'
import { line, type Line } from '@/components/chart/lines'
import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'

import { chartTitle, lineName } from '../api/chart-names'
import { planCharts } from '../api/charts'
import { type Compared, inCommon } from '../api/compare'
import { smoothed, weightFor } from '../api/series'
import { MeasureChart } from './measure-chart'

const COLORS = ['--ember', '--blue', '--teal', '--violet', '--pink', '--olive']
/** As many lines as may be compared are told apart: each turn of the colours is drawn in its own way. */
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]]

/** The curves of several runs over each other: the loss first, then every other measure that they have in common. */
export function OverlaidCharts({ runs, version }: { runs: readonly Compared[]; version: string }) {
  const { t, i18n } = useTranslation()
  const shared = inCommon(runs)
  return (
    <>
      <Card>
        <Chart
          title={t('compare.loss')}
          height={280}
          version={version}
          lines={overlaid(runs, 'loss', true)}
        />
      </Card>
      {shared['evaluation_loss'] ? (
        <Card>
          <Chart
            title={t('compare.heldOut')}
            height={200}
            version={version}
            lines={overlaid(runs, 'evaluation_loss').map(pointed)}
          />
        </Card>
      ) : null}
      <div className={grid.two}>
        {planCharts(shared).flatMap((plan) =>
          plan.lines.map((one) => {
            const title = chartTitle(plan, i18n)
            const lines = overlaid(runs, one.series)
            return (
              <MeasureChart
                key={one.series}
                plan={plan}
                title={plan.lines.length > 1 ? `${title} · ${lineName(plan, one, i18n)}` : title}
                version={version}
                lines={one.heldOut ? lines.map(pointed) : lines}
              />
            )
          }),
        )}
      </div>
    </>
  )
}

const pointed = (one: Line): Line => ({ ...one, points: true })

/** One line per run; a run keeps its colour and its dashes in every chart. */
function overlaid(runs: readonly Compared[], name: string, smooth = false): Line[] {
  return runs.map(({ id, name: label, series }, index) => {
    const { steps, values } = series?.[name] ?? { steps: [], values: [] }
    const dash = DASHES[Math.floor(index / COLORS.length)] ?? []
    const plain = { ...line(label, steps, values, COLORS[index % COLORS.length] ?? ''), id, dash }
    return smooth && weightFor(values.length) > 0
      ? { ...plain, values: smoothed(values), raw: values }
      : plain
  })
}
