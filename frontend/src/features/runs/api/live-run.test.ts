import { expect, test } from 'vitest'

import { LiveRun, MOST_POINTS } from './live-run'
import type { RunEvent } from './run-events'
import { thin } from './thinning'

const event = (seq: number, kind: string, data: object): RunEvent =>
  ({ seq, epoch: 1, time: 0, kind, data }) as RunEvent
const progress = (seq: number, step = seq, loss = 1) => event(seq, 'progress', { step, loss })

test('an event that is heard twice is told once and measured once', () => {
  const history = {
    series: { loss: { steps: [1, 2], values: [3, 2] } },
    told: [event(1, 'stage', { name: 'train' }), event(5, 'notice', { text: 'read after the curves' })],
    lastSeq: 4,
  }
  const run = new LiveRun(history)
  for (const one of [
    event(1, 'stage', { name: 'train' }),
    progress(4, 2, 9),
    event(5, 'notice', { text: 'read after the curves' }),
    progress(6, 3, 1),
    progress(6, 3, 1),
    event(7, 'checkpoint', { step: 3 }),
    event(7, 'checkpoint', { step: 3 }),
  ])
    run.take(one)
  expect(run.told.map(({ seq }) => seq)).toEqual([1, 5, 7])
  expect(run.series).toEqual({ loss: { steps: [1, 2, 3], values: [3, 2, 1] } })
  expect(run.last).toBe(7)
  expect(history.series.loss.steps, 'what was read stays as it was read').toEqual([1, 2])
})

test('at a hundred thousand steps a curve has what a chart shows, its ends, its peak and its whole length', () => {
  const run = new LiveRun({ series: {}, told: [], lastSeq: 0 })
  const began = performance.now()
  for (let step = 1; step <= 100_000; step += 1) {
    const data = {
      step,
      total_steps: 100_000,
      loss: step === 43_210 ? 50 : 1 / step,
      grad_norm: 1,
      tokens: step,
    }
    run.take(event(step, 'progress', data))
  }
  const each = (performance.now() - began) / 100_000
  const { steps, values } = run.series['loss'] ?? { steps: [], values: [] }
  expect(steps.length).toBeLessThanOrEqual(MOST_POINTS)
  expect([steps[0], steps[steps.length - 1]]).toEqual([1, 100_000])
  expect(values[steps.indexOf(43_210)]).toBe(50)
  const early = steps.filter((step) => step <= 50_000).length
  expect(early, 'the first half keeps its share of the points').toBeGreaterThan(steps.length / 5)
  expect(each, 'milliseconds for one live event; 0.005 on a free machine').toBeLessThan(0.2)
})

test('a thinned series keeps its order, and of each stretch the lowest and the highest', () => {
  const steps = Array.from({ length: 1_000 }, (_, index) => index)
  const values = steps.map((step) => (step === 437 ? 9 : step === 440 ? -9 : 0))
  const found = thin({ steps, values }, 10)
  expect(found.steps).toEqual([...found.steps].sort((a, b) => a - b))
  expect(found.steps).toContain(437)
  expect(found.steps).toContain(440)
  expect(found.steps.length).toBeLessThanOrEqual(22)
})
