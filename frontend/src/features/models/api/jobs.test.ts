import { expect, test } from 'vitest'

import { evaluationsQuery } from './evaluations'
import { exportsQuery } from './exports'
import { mergesQuery } from './models'

test.each([
  ['exports', exportsQuery],
  ['measurements', evaluationsQuery],
  ['merges', mergesQuery],
] as const)('%s that another tab begins are seen: they are asked for while nothing goes on', (_, query) => {
  const { refetchInterval } = query()
  const every = (data: object[]) =>
    typeof refetchInterval === 'function' && refetchInterval({ state: { data } } as never)
  expect(every([])).toBe(10_000)
  expect(every([{ status: 'failed' }])).toBe(10_000)
  expect(every([{ status: 'queued' }])).toBeLessThan(10_000)
  expect(every([{ status: 'running' }])).toBeLessThan(10_000)
})
