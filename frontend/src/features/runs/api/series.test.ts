import { expect, test } from 'vitest'

import { bestStep, diagnose } from './diagnosis'
import { addPoint, type SeriesByName, smoothed, weightFor } from './series'

const falling = (length: number, from = 2, to = 0.5) =>
  Array.from({ length }, (_, index) => from + ((to - from) * index) / (length - 1))

function losses(values: number[], more: SeriesByName = {}): SeriesByName {
  return { loss: { steps: values.map((_, index) => index + 1), values }, ...more }
}

test('a step that is done again counts as it was done last', () => {
  const series: SeriesByName = {}
  for (const step of [1, 2, 3, 4]) addPoint(series, 'progress', { step, loss: step })
  addPoint(series, 'progress', { step: 3, loss: 30 })
  expect(series['loss']).toEqual({ steps: [1, 2, 3], values: [1, 2, 30] })
})

test('a training that goes back takes its evaluations along', () => {
  const series: SeriesByName = {}
  for (const step of [10, 20, 30]) {
    addPoint(series, 'progress', { step, loss: step })
    addPoint(series, 'evaluation', { step, loss: step })
  }
  addPoint(series, 'progress', { step: 20, loss: 2 })
  expect(series).toEqual({
    loss: { steps: [10, 20], values: [10, 2] },
    evaluation_loss: { steps: [10], values: [10] },
  })
})

test('what is not measured, and what is no number, is no point', () => {
  const series: SeriesByName = {}
  addPoint(series, 'progress', { step: 1, total_steps: 9, seconds_left: 4, loss: null, grad_norm: 1 })
  expect(Object.keys(series)).toEqual(['grad_norm'])
})

test('an evaluation is a series of its own', () => {
  const series: SeriesByName = {}
  addPoint(series, 'evaluation', { step: 5, loss: 0.5 })
  expect(Object.keys(series)).toEqual(['evaluation_loss'])
})

test('smoothing has no bias to zero and keeps a level', () => {
  expect(smoothed([2, 2, 2], 0.9).every((value) => Math.abs(value - 2) < 1e-12)).toBe(true)
})

test.each([20, 40, 100, 1000])(
  'a smoothed curve of %i points is near what it smooths, at its end as well',
  (points) => {
    const values = Array.from({ length: points }, (_, index) => 2 * Math.exp((-3 * index) / points))
    const lag = smoothed(values).map((value, index) => value - (values[index] ?? 0))
    expect(Math.max(...lag)).toBeLessThan(0.25)
    expect(lag.at(-1)).toBeLessThan(0.05 * 2)
  },
)

test('the window grows with the points, from one to ten', () => {
  expect([10, 40, 100, 200, 5_000].map(weightFor)).toEqual([0, 0.5, 0.8, 0.9, 0.9])
})

/** A classifier that has learnt its few rows in sixteen steps; then, now and then, a row is wrong for a step. */
function known(steps: number, wrong: readonly number[]): SeriesByName {
  const at = (step: number, usual: number, odd: number) => (wrong.includes(step) ? odd : usual)
  const loss = falling(16, 1.1, 0.002).concat(
    Array.from({ length: steps - 16 }, (_, index) => at(index + 17, 0.0005, 2.5)),
  )
  const norms = falling(16, 3, 0.05).concat(
    Array.from({ length: steps - 16 }, (_, index) => at(index + 17, 0.01, 90)),
  )
  return losses(loss, { grad_norm: { steps: loss.map((_, index) => index + 1), values: norms } })
}

test('rows that are known by heart stay so, however a single step jumps', () => {
  const wrong = [34, 45, 57, 67, 78, 79, 99, 120]
  for (let steps = 60; steps <= 120; steps += 1) {
    expect([steps, diagnose(known(steps, wrong), 180, null)]).toEqual([steps, ['memorised']])
  }
})

test('a loss that has fallen from two and jumps to half of that for a while is not running away', () => {
  const jumping = falling(40, 2, 0.1).map((value, index) => (index >= 32 && index % 2 ? 1 : value))
  expect(diagnose(losses(jumping), 60, null)).toEqual(['falling'])
})

test('a held-out loss of almost nothing that wavers is no overfitting', () => {
  const evaluation_loss = { steps: [10, 20, 30, 40], values: [0.003, 0.0001, 0.0005, 0.001] }
  expect(diagnose(losses(falling(60, 2, 0.1), { evaluation_loss }), 60, null)).toEqual(['falling'])
})

test('a good curve is called good', () => {
  expect(diagnose(losses(falling(60)), 60, null)).toEqual(['falling'])
})

test('a held-out loss that wavers while nothing is learnt any more is no overfitting', () => {
  const evaluation = { steps: [20, 40, 50, 60], values: [0.1, 0.04, 0.05, 0.07] }
  const flat = [...falling(20, 2, 0.07), ...falling(40, 0.07, 0.072)]
  expect(diagnose(losses(flat, { evaluation_loss: evaluation }), 400, null)).toEqual(['falling'])
})

test.each([
  ['flat', falling(60, 0.07, 0.069), [0.1, 0.04, 0.09, 0.13]],
  ['falling, and one evaluation alone is high', falling(60), [0.1, 0.04, 0.04, 0.13]],
  ['rising', falling(60, 0.5, 0.6), [1, 0.8, 0.9, 1.1]],
])('a held-out loss far above its best is named where the training loss is %s', (_, training, values) => {
  const evaluation_loss = { steps: [15, 30, 45, 60], values }
  expect(diagnose(losses(training, { evaluation_loss }), 60, null)).toEqual(['heldOutRisen'])
  expect(bestStep(evaluation_loss)).toBe(30)
})

test.each([[[0.04, 0.02, 0.06]], [[2.2, 2, 2.3]], [[0.5]], [[]]])(
  'a held-out loss that wavers, or was measured but once, is no reason to warn: %j',
  (values) => {
    const evaluation_loss = { steps: values.map((_, index) => (index + 1) * 20), values }
    const flat = [...falling(20, 2, 0.07), ...falling(40, 0.07, 0.072)]
    expect(diagnose(losses(flat, { evaluation_loss }), 60, null)).toEqual(['falling'])
  },
)

test('a few steps are too few to judge by', () => {
  expect(diagnose(losses(falling(5)), 60, null)).toEqual(['early'])
})

test('where there is a reward, it is the reward that is judged, and not the loss', () => {
  const reward = (values: number[]) =>
    losses(falling(40, 0.5, 0.0001), { reward: { steps: falling(40, 1, 40), values } })
  expect(diagnose(reward(falling(40, 0.1, 0.9)), null, null)).toEqual(['rising'])
  expect(diagnose(reward(falling(40, 0.5, 0.4)), null, null)).toEqual(['notRising'])
})

test('a run whose loss is no number any more is said to have diverged, however well its curve fell', () => {
  const error = { type: 'DivergenceError', message: 'The training has diverged.', hint: null, step: 60 }
  expect(diagnose(losses(falling(60)), 60, error)).toEqual(['notFinite'])
  expect(diagnose({}, null, error)).toEqual(['notFinite'])
})

test('a run that has failed is not said to do well, and its faults are named', () => {
  const error = { type: 'HardwareError', message: 'Memory ran out.', hint: null, step: 60 }
  expect(diagnose(losses(falling(60)), 60, error)).toEqual([])
  expect(diagnose(losses(falling(40, 2, 1.99)), null, error)).toEqual(['flat'])
})

test('a curve of two hundred thousand points is judged', () => {
  expect(diagnose(losses(falling(200_000)), null, null)).toEqual(['falling'])
})

test.each([
  ['diverged', losses([...falling(30), ...falling(30, 0.6, 9)])],
  ['flat', losses(falling(40, 2, 1.99))],
  ['memorised', losses(falling(200, 0.5, 0.0001).map((value) => value ** 3))],
  [
    'overfitting',
    losses(falling(60), { evaluation_loss: { steps: [10, 20, 30, 40], values: [1, 0.8, 0.9, 1.1] } }),
  ],
  [
    'spikes',
    losses(falling(40), {
      grad_norm: {
        steps: falling(40, 1, 40),
        values: Array.from({ length: 40 }, (_, index) => (index === 35 || index === 38 ? 50 : 1)),
      },
    }),
  ],
] as const)('%s is named', (finding, series) => {
  expect(diagnose(series, null, null)).toContain(finding)
})
