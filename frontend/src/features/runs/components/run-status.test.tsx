import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'

import { show } from '@/testing/show'

import { RunStatusTag, SpokenStatus } from './run-status'

test.each([
  [{ status: 'running', doing: 'load' }, 'Loading the model'],
  [{ status: 'running', doing: 'measure the tuned model' }, 'Measuring the tuned model'],
  [{ status: 'running', doing: 'train' }, 'Training'],
  [{ status: 'running', doing: 'something of a plug-in' }, 'something of a plug-in'],
  [{ status: 'running', doing: null }, 'Training'],
  [{ status: 'running', doing: 'train', reason: 'stopping' }, 'Stopping'],
  [{ status: 'succeeded', doing: null }, 'Done'],
] as const)('%o is called %s', (run, words) => {
  show(<RunStatusTag run={run} />)
  expect(screen.getByText(words)).toBeInTheDocument()
})

test.each([
  [{ status: 'running', doing: 'train', progress: { step: 19, total_steps: 200 } }, 'Training'],
  [{ status: 'running', doing: 'train', progress: { step: 59, total_steps: 200 } }, 'Training, 20%'],
  [
    { status: 'running', doing: 'measure the tuned model', progress: { step: 200, total_steps: 200 } },
    'Measuring the tuned model',
  ],
  [{ status: 'succeeded', doing: null, progress: { step: 200, total_steps: 200 } }, 'Done'],
] as const)('of %o a screen reader hears: %s', (run, words) => {
  show(<SpokenStatus run={run} />)
  expect(screen.getByRole('status')).toHaveTextContent(new RegExp(`^${words}$`))
})
