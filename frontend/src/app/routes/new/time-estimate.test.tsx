import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import type { PlanReport } from '@/features/tuning/api/plans'
import type { TrainingConfig } from '@/features/tuning/api/recipes'
import { show } from '@/testing/show'

import { TimeEstimate } from './time-estimate'

vi.hoisted(() => {
  const run = (strategy: string) => ({
    id: strategy,
    name: `my ${strategy}`,
    status: 'succeeded',
    slot: 'cpu',
    progress: { step: 10, total_steps: 10, tokens_per_second: 100 },
    config: { model: 'starter:chat', strategy: { name: strategy } },
  })
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async () => Response.json({ items: [run('rlhf'), run('sft')], total: 2, next: null })
})

test.each([
  ['sft', 'cpu', 'About 1 min of training, at the 100 tokens/s that my sft reached.'],
  ['sft', 'cuda:0', 'No time estimate before the first steps: nothing was trained here in this way yet.'],
  ['dpo', 'cpu', 'No time estimate before the first steps: nothing was trained here in this way yet.'],
  [
    'rlhf',
    'cpu',
    'No time estimate before the first steps: the model writes answers as it learns, and nobody knows their length yet.',
  ],
])('the time that %s takes on %s', async (strategy, device, words) => {
  const config = {
    model: 'starter:chat',
    strategy: { name: strategy },
    optimization: { num_train_epochs: 2 },
  } as unknown as TrainingConfig
  const preflight = { rows: 30, tokens: 3_000 } as PlanReport['preflight']
  const { container } = show(<TimeEstimate config={config} preflight={preflight} device={device} />)
  await screen.findByText(/training|estimate/)
  expect(container).toHaveTextContent(words)
})
