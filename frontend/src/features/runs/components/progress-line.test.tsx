import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import type { Run } from '../api/runs'
import type { Part } from '../api/story'
import { ProgressLine } from './progress-line'

vi.hoisted(() => {
  globalThis.fetch = async () => Response.json([{ id: 'other' }, { id: 'mine' }])
})

const TRAINED = { step: 40, total_steps: 40, loss: 0.5, seconds_left: 48 }

function words(run: Partial<Run>, part: Part | null = null): { said: string; bar: string | null } {
  const whole = { name: 'one', status: 'running', doing: null, reason: null, progress: null, ...run } as Run
  const { container } = show(<ProgressLine run={whole} part={part} />)
  const bar = screen.queryByRole('progressbar')?.getAttribute('aria-valuenow') ?? null
  return { said: container.querySelector('p')?.textContent ?? '', bar }
}

test('while it trains, the steps and the time that is left stand there', () => {
  const progress = { ...TRAINED, step: 10 }
  expect(words({ doing: 'train', progress })).toEqual({
    said: 'Step 10 of 40 · loss 0.5 · 48 sec left',
    bar: '25',
  })
})

test('while the tuned model is measured, the answers are counted, and nothing is left of the training', () => {
  const part = { kind: 'generation', done: 68, total: 100 } as const
  expect(words({ doing: 'measure the tuned model', progress: TRAINED }, part)).toEqual({
    said: 'Measuring the tuned model · 68 of 100 answers written',
    bar: '68',
  })
})

test('while the base is measured, it is the answers that are told, and no silence of the trainer', () => {
  const part = { kind: 'generation', done: 36, total: 100 } as const
  expect(words({ doing: 'measure the base model' }, part)).toEqual({
    said: 'Measuring the base model · 36 of 100 answers written',
    bar: '36',
  })
})

test.each([
  [{ doing: 'load', progress: TRAINED }, 'Loading the model'],
  [{ status: 'starting', progress: TRAINED }, 'Starting'],
  [{ status: 'finalizing', progress: TRAINED }, 'Finishing'],
  [{ doing: 'train' }, 'The trainer has not said anything yet.'],
  [{ status: 'queued' }, 'Waits for its turn.'],
  [{ status: 'queued', reason: 'resumed' }, 'Waits for its turn.'],
  [{ status: 'paused', reason: 'disk_full' }, 'The disk is full: it goes on when there is room again'],
] as const)('without a count there is no bar: %o', (run, said) => {
  expect(words(run as Partial<Run>)).toEqual({ said, bar: null })
})

test('a paused run keeps the step that it has come to', () => {
  expect(words({ status: 'paused', progress: { ...TRAINED, step: 20 } })).toEqual({
    said: 'Step 20 of 40 · loss 0.5',
    bar: '50',
  })
})

test('a waiting run says which place it has in the queue', async () => {
  words({ id: 'mine', status: 'queued' })
  expect(
    await screen.findByText(/^Waits for its turn: place 2 of 2 in the queue\. It starts by itself/),
  ).toBeInTheDocument()
})
