import { expect, test } from 'vitest'

import { type Run, runQuery } from './runs'

test.each([
  ['running', 3_000],
  ['stopped', 10_000],
  ['succeeded', 10_000],
] as const)(
  'a run that is %s is looked at every %s ms: it may be resumed from elsewhere',
  (status, every) => {
    const { refetchInterval } = runQuery('one')
    const asked = { state: { data: { id: 'one', status } as Run } }
    expect(typeof refetchInterval === 'function' && refetchInterval(asked as never)).toBe(every)
  },
)
