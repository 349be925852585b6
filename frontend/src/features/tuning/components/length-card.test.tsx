import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { LengthCard } from './length-card'

const server = vi.hoisted(() => {
  const state: { asked: unknown } = { asked: null }
  const lengths = { median: 20, p95: 60, maximum: 66, histogram: [] }
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    state.asked = await (asked as Request).json()
    return Response.json({ preflight: { lengths } })
  }
  return state
})

test.each([
  ['preference', { model: 'starter:chat', strategy: 'dpo' }],
  ['unpaired_preference', { model: 'starter:chat', strategy: 'kto' }],
  ['classification', { model: 'starter:encoder', task: 'text-classification' }],
  ['input_output', { model: 'starter:chat' }],
])('rows of the shape %s are measured as they are learnt from', async (shape, expected) => {
  show(<LengthCard dataset="one" shape={shape} />)
  await screen.findByText(/longest 66/)
  expect(server.asked).toEqual({ dataset: 'one', ...expected })
})

test('prompts alone are measured under a rule for their answers, without which the server refuses them', async () => {
  show(<LengthCard dataset="prompts" shape="prompt_only" />)
  await screen.findByText(/longest 66/)
  expect(server.asked).toMatchObject({ strategy: { name: 'rlhf', rewards: [{ kind: 'length' }] } })
})
