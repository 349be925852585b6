import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import type { TrainingConfig } from '../api/recipes'
import { RecipeCard } from './recipe-card'

const server = vi.hoisted(() => {
  const state = { parsed: 0 }
  const refusal = (detail: string) =>
    Response.json({ type: 'about:blank', title: 'No', status: 422, detail }, { status: 422 })
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    if (!(asked as Request).url.endsWith('/parse')) return refusal('full and qlora do not go together')
    state.parsed += 1
    return refusal(`refused, time ${state.parsed}`)
  }
  return state
})

test('a recipe that cannot be written says why and is not offered; a file that was mended is read again', async () => {
  const user = userEvent.setup()
  const config = { model: 'starter:chat', dataset: 'sample:support' } as TrainingConfig
  const { container } = show(<RecipeCard fields={[]} config={config} />)
  expect(await screen.findByText('full and qlora do not go together')).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Download' })).toBeDisabled()
  const file = new File(['model: one'], 'recipe.yaml')
  const input = container.querySelector<HTMLInputElement>('input[type=file]')
  if (input === null) throw new Error('there is no input for a file')
  await user.upload(input, file)
  expect(await screen.findByText('refused, time 1')).toBeInTheDocument()
  expect(input.value).toBe('')
  await user.upload(input, file)
  expect(await screen.findByText('refused, time 2')).toBeInTheDocument()
  expect(server.parsed).toBe(2)
})
