import { expect, test } from 'vitest'

import { hubJobsQuery } from './jobs'

test('what another tab sends to the hub is seen: it is asked for while nothing goes on', () => {
  const { refetchInterval } = hubJobsQuery()
  const every = (data: object[]) =>
    typeof refetchInterval === 'function' && refetchInterval({ state: { data } } as never)
  expect(every([])).toBe(10_000)
  expect(every([{ status: 'running' }])).toBeLessThan(10_000)
})
