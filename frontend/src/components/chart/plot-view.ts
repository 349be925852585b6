import type uPlot from 'uplot'

/** The steps that a person has zoomed in on. */
export interface Zoom {
  min: number
  max: number
}

/** The steps that are shown where `first` to `last` are wanted; of a run with a single one, that and its neighbours. */
export function range({ data: [steps] }: uPlot, first: number, last: number): uPlot.Range.MinMax {
  const only = steps.length === 1 ? steps[0] : undefined
  return only === undefined ? [first, last] : [only - 1, only + 1]
}

/** What is zoomed in on; `null` where all steps are in sight. */
export function zoomOf({ scales, data: [steps] }: uPlot): Zoom | null {
  const { min, max } = scales['x'] ?? {}
  if (min == null || max == null) return null
  const whole = min <= (steps[0] ?? min) && max >= (steps[steps.length - 1] ?? max)
  return whole ? null : { min, max }
}

export function stepUnder({ cursor, data: [steps] }: uPlot): number | null {
  return cursor.idx == null ? null : (steps[cursor.idx] ?? null)
}

/** The first and the last point that are in sight. */
function inSight(plot: uPlot): [number, number] {
  return plot.series[0]?.idxs ?? [0, plot.data[0].length - 1]
}

export function lastInSight(plot: uPlot): number {
  return inSight(plot)[1]
}

export function moveTo(plot: uPlot, index: number): void {
  const step = plot.data[0][index]
  if (step !== undefined) plot.setCursor({ left: plot.valToPos(step, 'x'), top: 0 })
}

interface Key {
  key: string
  altKey: boolean
  ctrlKey: boolean
  metaKey: boolean
}

/** The point to which a key takes the cursor; `null` for a key that means something else. */
export function moved(plot: uPlot, { key, altKey, ctrlKey, metaKey }: Key): number | null {
  if (altKey || ctrlKey || metaKey) return null
  const [first, last] = inSight(plot)
  const at = plot.cursor.idx ?? last
  const places: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: first, End: last }
  const to = places[key]
  return to === undefined ? null : Math.min(last, Math.max(first, to))
}
