import { Chart } from '@/components/chart/chart'
import type { Line } from '@/components/chart/lines'
import { Card } from '@/components/ui/card'
import { formatBytes, formatMeasure } from '@/lib/format/format'

import type { ChartPlan } from '../api/charts'

interface MeasureChartProps {
  plan: ChartPlan
  title: string
  lines: Line[]
  version: string
}

/** A chart of what is measured beside the loss. */
export function MeasureChart({ plan, ...shown }: MeasureChartProps) {
  const isMemory = plan.id === 'memory_bytes'
  return (
    <Card>
      <Chart {...shown} binary={isMemory} format={isMemory ? formatBytes : formatMeasure} />
    </Card>
  )
}
