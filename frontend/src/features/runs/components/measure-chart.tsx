import { Chart } from '@/components/chart/chart'
import type { Line } from '@/components/chart/lines'
import { Card } from '@/components/ui/card'
import { formatBytes, formatMeasure, formatPercent } from '@/lib/format/format'

import type { ChartPlan } from '../api/charts'

interface MeasureChartProps {
  plan: ChartPlan
  title: string
  lines: Line[]
  version: string
}

/** What is no measure of any size. */
const FORMATS: Record<string, (value: number) => string> = {
  memory_bytes: formatBytes,
  utilization: (percent) => formatPercent(percent / 100),
}

/** A chart of what is measured beside the loss. */
export function MeasureChart({ plan, ...shown }: MeasureChartProps) {
  const isMemory = plan.id === 'memory_bytes'
  const format = FORMATS[plan.id] ?? formatMeasure
  return (
    <Card>
      <Chart {...shown} binary={isMemory} format={format} />
    </Card>
  )
}
