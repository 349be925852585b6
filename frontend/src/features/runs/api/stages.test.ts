import { expect, test } from 'vitest'

import type { Run } from './runs'
import { queueEntries, waitsForStage } from './stages'

const run = (id: string, number = 0, reason: string | null = null): Run =>
  ({
    id,
    status: 'queued',
    reason,
    stage: number ? { number, name: 's', runs: ['a', 'b', 'c'], names: ['s', 't', 'u'], needs: [] } : null,
  }) as unknown as Run

test('each recipe stands in the queue once, by its first waiting stage', () => {
  const waiting = [run('x'), run('b', 2), run('c', 3, 'earlier_stage'), run('y')]
  expect(queueEntries(waiting).map(({ id }) => id)).toEqual(['x', 'b', 'y'])
  expect(waiting.map(waitsForStage)).toEqual([false, false, true, false])
})
