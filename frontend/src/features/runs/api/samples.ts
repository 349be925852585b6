import type { RunEvent } from './run-events'

export interface Sample {
  prompt: string
  expected: string
  answer: string
}

/** A few held-out rows as the model answered them at one step. */
export interface Sampled {
  step: number
  rows: Sample[]
}

function isSample(value: unknown): value is Sample {
  const one = value as Partial<Record<keyof Sample, unknown>> | null
  return [one?.prompt, one?.expected, one?.answer].every((text) => typeof text === 'string')
}

/** Events → answers by step, in order; of a step that was done again, the last. */
export function sampledOf(events: readonly RunEvent[]): Sampled[] {
  const bySteps = new Map<number, Sampled>()
  for (const { kind, data } of events) {
    const { step, rows } = data
    if (kind !== 'samples' || typeof step !== 'number' || !Array.isArray(rows)) continue
    bySteps.set(step, { step, rows: rows.filter(isSample) })
  }
  return [...bySteps.values()].sort((one, other) => one.step - other.step)
}
