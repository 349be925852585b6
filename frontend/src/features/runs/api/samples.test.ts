import { expect, test } from 'vitest'

import type { RunEvent } from './run-events'
import { sampledOf } from './samples'

const event = (step: number, answer: unknown): RunEvent =>
  ({
    seq: step,
    epoch: 1,
    time: 0,
    kind: 'samples',
    data: { step, rows: [{ prompt: 'p', expected: 'e', answer }] },
  }) as RunEvent

test('answers stand in the order of steps, and a step that is done again counts as it was done last', () => {
  const found = sampledOf([event(20, 'a'), event(40, 'b'), event(20, 'c')])
  expect(found.map(({ step, rows }) => [step, rows[0]?.answer])).toEqual([
    [20, 'c'],
    [40, 'b'],
  ])
})

test('what is no sample is left out', () => {
  expect(sampledOf([event(20, null)])).toEqual([{ step: 20, rows: [] }])
})
