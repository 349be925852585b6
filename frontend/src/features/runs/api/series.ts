/** One measured quantity over the steps. */
export interface Series {
  steps: number[]
  values: number[]
}

export type SeriesByName = Record<string, Series>

/** What progress and evaluation events carry that is no measurement of its own. */
const NOT_MEASURED = new Set(['step', 'total_steps', 'seconds_left', 'epoch'])

/**
 * Add what an event measured. A step that is done again, after a crash or a resume, counts as it was done last: what
 * was measured from it on is dropped.
 */
export function addPoint(series: SeriesByName, kind: string, data: Record<string, unknown>): void {
  const step = data['step']
  if (typeof step !== 'number') return
  const prefix = kind === 'evaluation' ? 'evaluation_' : ''
  for (const [name, value] of Object.entries(data)) {
    if (typeof value !== 'number' || NOT_MEASURED.has(name)) continue
    const one = (series[prefix + name] ??= { steps: [], values: [] })
    while (one.steps.length > 0 && (one.steps[one.steps.length - 1] ?? 0) >= step) {
      one.steps.pop()
      one.values.pop()
    }
    one.steps.push(step)
    one.values.push(value)
  }
}

/** Exponential moving average, started without a bias to zero. `weight` is what the past keeps. */
export function smoothed(values: readonly number[], weight: number): number[] {
  let sum = 0
  let mass = 0
  return values.map((value) => {
    if (!Number.isFinite(value)) return value
    sum = sum * weight + value * (1 - weight)
    mass = mass * weight + (1 - weight)
    return sum / mass
  })
}
