import { screen } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { changeDraft, chooseSetting, resetDraft } from './draft'
import { useRecipe } from './use-recipe'

const server = vi.hoisted(() => {
  const state = { asked: 0 }
  const refusal = { type: 'about:blank', title: 'No', status: 424, detail: 'own/gated is gated' }
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    if ((asked as Request).url.includes('/recipes/defaults')) state.asked += 1
    return Response.json(refusal, { status: 424 })
  }
  return state
})

function Probe() {
  const { defaults, config } = useRecipe()
  return <p>{config ? 'a config' : (defaults.error?.message ?? 'waiting')}</p>
}

beforeEach(() => {
  server.asked = 0
  resetDraft()
  changeDraft({ dataset: 'sample:replies', model: 'own/gated', suited: { 'strategy.name': 'dpo' } })
})

test.each([
  ['nothing chosen', null, 1],
  ['what the rows ask for chosen', 'dpo', 1],
  ['something else chosen', 'sft', 2],
])(
  'a model that cannot be planned is refused, not asked for again and again: %s',
  async (_, chosen, times) => {
    if (chosen !== null) chooseSetting('strategy.name', chosen)
    show(<Probe />)
    await screen.findByText('own/gated is gated')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(screen.getByText('own/gated is gated')).toBeInTheDocument()
    expect(server.asked).toBe(times)
  },
)
