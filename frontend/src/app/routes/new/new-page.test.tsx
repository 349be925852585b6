import { act, renderHook, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { changeDraft, resetDraft, useDraft } from '@/features/tuning/api/draft'
import { showPage } from '@/testing/show-page'

/** A server with one dataset, whose rows have a shape, or cannot be looked at. */
const server = vi.hoisted(() => {
  const state = { shape: null as string | null, isAway: false }
  const refused = (status: number, detail: string) =>
    Response.json({ type: 'about:blank', title: 'no', status, detail }, { status })
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname === '/api/v1/datasets/one')
      return state.isAway
        ? refused(403, 'Not now.')
        : Response.json({ id: 'one', name: 'My rows.csv', shape: state.shape })
    if (pathname === '/api/v1/models/own') return Response.json({ id: 'own', name: 'My model' })
    if (pathname === '/api/v1/recipes/parse')
      return Response.json({
        config: { model: 'own/model', dataset: 'one', seed: 7 },
        notices: [],
        stages: [],
      })
    if (pathname === '/api/v1/recipes/schema')
      return Response.json({ json_schema: { properties: { seed: { type: 'integer' } } }, essential: [] })
    if (pathname === '/api/v1/runs') return Response.json({ items: [], total: 0, next: null })
    return refused(404, 'no')
  }
  return state
})

beforeEach(() => {
  Object.assign(server, { shape: 'preference', isAway: false })
  resetDraft()
  changeDraft({ dataset: 'one', model: 'starter:chat' })
})

const watched = () => {
  const { result } = renderHook(useDraft)
  return () => result.current.suited
}
const lookAgain = () => act(() => window.dispatchEvent(new Event('visibilitychange')))

test('what the rows ask for is not decided by a look that failed', async () => {
  server.isAway = true
  const suited = watched()
  showPage('/new?step=settings')
  expect(await screen.findByText('one could not be read')).toBeInTheDocument()
  expect(suited()).toBeNull()
  server.isAway = false
  lookAgain()
  await waitFor(() => expect(suited()).toEqual({ 'strategy.name': 'dpo' }))
  expect(screen.queryByText('one could not be read')).toBeNull()
})

test('rows that are read differently ask for something else', async () => {
  const suited = watched()
  showPage('/new?step=model')
  await waitFor(() => expect(suited()).toEqual({ 'strategy.name': 'dpo' }))
  server.shape = 'classification'
  lookAgain()
  await waitFor(() => expect(suited()).toEqual({ task: 'text-classification' }))
  act(() => changeDraft({ chosen: { 'data.shape': 'unpaired_preference' } }))
  await waitFor(() => expect(suited()).toEqual({ 'strategy.name': 'kto' }))
})

test('a recipe says data, model and settings at the first step', async () => {
  const user = userEvent.setup()
  resetDraft()
  const { result } = renderHook(useDraft)
  const { router } = showPage('/new')
  await user.click(await screen.findByRole('button', { name: 'Paste a recipe' }))
  await user.type(screen.getByRole('textbox', { name: 'Paste a recipe' }), 'model: own/model')
  await user.click(screen.getByRole('button', { name: 'Use this recipe' }))
  await waitFor(() => expect(router.state.location.search).toMatchObject({ step: 'settings' }))
  expect(result.current).toMatchObject({ dataset: 'one', model: 'own/model', chosen: { seed: 7 } })
})

test('the steps name the data and the model as their owner does', async () => {
  changeDraft({ model: 'own' })
  showPage('/new?step=model')
  const steps = within(await screen.findByRole('navigation', { name: 'Steps' }))
  expect(await steps.findByText('My rows.csv')).toBeInTheDocument()
  expect(await steps.findByText('My model')).toBeInTheDocument()
  expect(steps.queryByText('one')).toBeNull()
})
