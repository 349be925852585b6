import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'

import { show } from '@/testing/show'

import { RunStatusTag } from './run-status'

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
