import type { Series } from './series'

/**
 * Leave of a series what a chart can show: of each of `stretches` parts of the steps the lowest and the highest point,
 * and both ends. The parts are equally wide, so a series that is thinned again and again as it grows loses detail
 * everywhere alike, and a peak stays where it was.
 */
export function thin({ steps, values }: Series, stretches: number): Series {
  const step = (index: number) => steps[index] ?? 0
  const value = (index: number) => values[index] ?? 0
  const end = steps.length - 1
  const width = (step(end) - step(0)) / stretches
  const lowest = new Map<number, number>()
  const highest = new Map<number, number>()
  for (let index = 0; index <= end; index += 1) {
    const stretch = Math.floor((step(index) - step(0)) / width)
    const low = lowest.get(stretch)
    const high = highest.get(stretch)
    if (low === undefined || value(index) < value(low)) lowest.set(stretch, index)
    if (high === undefined || value(index) > value(high)) highest.set(stretch, index)
  }
  const kept = [...new Set([0, ...lowest.values(), ...highest.values(), end])].sort((a, b) => a - b)
  return { steps: kept.map(step), values: kept.map(value) }
}
