/** One measured quantity over the steps. */
export interface Series {
  steps: number[]
  values: number[]
}

export type SeriesByName = Record<string, Series>

const HELD_OUT = 'evaluation_'

/** What progress and evaluation events carry that is no measurement of its own. */
const NOT_MEASURED = new Set(['step', 'total_steps', 'seconds_left', 'epoch'])

/**
 * Add what an event measured. A step that is done again, after a crash or a resume, counts as it was done last: what
 * was measured from it on is dropped, the evaluations behind it as well. The server reads a stored run the same way.
 */
export function addPoint(series: SeriesByName, kind: string, data: Record<string, unknown>): void {
  const step = data['step']
  if (typeof step !== 'number') return
  const prefix = kind === 'evaluation' ? HELD_OUT : ''
  for (const [name, one] of Object.entries(series)) {
    if (name.startsWith(prefix)) dropFrom(one, step)
  }
  for (const [name, value] of Object.entries(data)) {
    if (typeof value !== 'number' || NOT_MEASURED.has(name)) continue
    const one = (series[prefix + name] ??= { steps: [], values: [] })
    one.steps.push(step)
    one.values.push(value)
  }
}

function dropFrom({ steps, values }: Series, step: number): void {
  while (steps.length > 0 && (steps[steps.length - 1] ?? 0) >= step) {
    steps.pop()
    values.pop()
  }
}

/** Of so many points one is gathered into the mean of a drawn curve, up to the longest window. */
const POINTS_PER_WINDOW = 20
const LONGEST_WINDOW = 10

/**
 * What the past keeps in a curve of so many points: its window is a twentieth of them, and ten at most. A short run
 * falls within few steps, which a longer window would still hold against it at its end.
 */
export function weightFor(points: number): number {
  return 1 - 1 / Math.min(LONGEST_WINDOW, Math.max(1, points / POINTS_PER_WINDOW))
}

/** Exponential moving average, started without a bias to zero. `weight` is what the past keeps. */
export function smoothed(values: readonly number[], weight = weightFor(values.length)): number[] {
  let sum = 0
  let mass = 0
  return values.map((value) => {
    sum = sum * weight + value * (1 - weight)
    mass = mass * weight + (1 - weight)
    return sum / mass
  })
}
