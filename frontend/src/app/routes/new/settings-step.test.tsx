import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { act, renderHook, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { changeDraft, chooseSetting, resetDraft, useDraft } from '@/features/tuning/api/draft'
import { show } from '@/testing/show'

import { SettingsStep } from './settings-step'

const server = vi.hoisted(() => {
  const state = { readable: ['sft', 'dpo'] }
  const schema = {
    $defs: {
      Sft: { properties: { name: { const: 'sft' } } },
      Dpo: { properties: { name: { const: 'dpo' }, beta: { type: 'number', default: 0.1 } } },
    },
    properties: {
      task: { enum: ['text-generation', 'summarization'], default: 'text-generation' },
      strategy: {
        discriminator: { propertyName: 'name', mapping: { sft: '#/$defs/Sft', dpo: '#/$defs/Dpo' } },
        oneOf: [{ $ref: '#/$defs/Sft' }, { $ref: '#/$defs/Dpo' }],
      },
    },
  }
  const refusal = {
    type: 'about:blank',
    title: 'Impossible',
    status: 422,
    detail: 'summarization learns by imitation; dpo does not go with it',
    hint: 'Set strategy: sft.',
  }
  const hub: Record<string, object> = {
    'own/gated': { code: 'gated-without-token', detail: 'It is locked.', hint: 'Ask its owner.' },
    'own/odd': { code: 'unknown-model-type', detail: 'It is odd.', hint: 'No token of yours helps.' },
  }
  const impossible = (task: unknown, strategy: unknown) => task === 'summarization' && strategy === 'dpo'
  const refused = () => Response.json(refusal, { status: 422 })
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    const request = asked as Request
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/api/v1/recipes/schema') {
      return Response.json({ json_schema: schema, essential: ['task', 'strategy.name', 'strategy.beta'] })
    }
    if (pathname === '/api/v1/recipes/defaults') {
      const task = searchParams.get('task') ?? 'text-generation'
      const strategy = searchParams.get('strategy') ?? 'sft'
      const known = hub[searchParams.get('model') ?? '']
      if (known)
        return Response.json({ type: 'about:blank', title: 'No', status: 424, ...known }, { status: 424 })
      if (impossible(task, strategy)) return refused()
      const beta = strategy === 'dpo' ? { beta: 0.1 } : {}
      return Response.json({ model: 'm', dataset: 'd', task, strategy: { name: strategy, ...beta } })
    }
    if (pathname === '/api/v1/plans') return measured(request)
    if (pathname === '/api/v1/plans/memory') return Response.json(PLAN)
    if (pathname === '/api/v1/recipes/render') return Response.json({ yaml: 'task: text-generation' })
    return refused() // runs: what else the step asks for
  }
  const measured = async (request: Request) => {
    const { strategy = 'sft' } = (await request.json()) as { strategy?: string }
    if (state.readable.includes(strategy)) return Response.json({ preflight: MEASURED })
    return Response.json({ ...refusal, code: 'dataset-has-problems', detail: 'No pairs.' }, { status: 422 })
  }
  const MEASURED = { rows: 3, lengths: { maximum: 60 } }
  const PLAN = {
    device: 'cpu',
    available_bytes: 100,
    total_bytes: 50,
    fits: true,
    advice: [],
    parameters: 10,
    trainable_parameters: 5,
    parts: {},
  }
  return state
})

beforeEach(() => {
  server.readable = ['sft', 'dpo']
  resetDraft()
  changeDraft({ dataset: 'sample:replies', model: 'starter:chat', suited: { 'strategy.name': 'dpo' } })
})

/** As `show`, where links have a router to go by. */
function showWithLinks() {
  const routeTree = createRootRoute({ component: () => <SettingsStep onNext={() => undefined} /> })
  const router = createRouter({ routeTree, history: createMemoryHistory() })
  show(<RouterProvider router={router as never} />)
}

const chosen = (name: RegExp) => screen.findByRole('combobox', { name })

test('a choice that cannot be right leaves the form, says why, and can be undone', async () => {
  const user = userEvent.setup()
  show(<SettingsStep onNext={() => undefined} />)
  await user.click(await chosen(/^Task/))
  await user.click(await screen.findByRole('option', { name: 'Summarization' }))
  await screen.findByText('These choices cannot be right together')
  expect(await chosen(/^Task/)).toHaveValue('Summarization')
  expect(await chosen(/^Strategy/)).toHaveValue('Prefer one of two (DPO)')
  await user.click(screen.getByRole('button', { name: 'Undo the choice of: Task' }))
  expect(await chosen(/^Task/)).toHaveValue('Text generation')
  expect(screen.queryByText('These choices cannot be right together')).toBeNull()
})

test('the way to the token is shown where the server says by its code that one may help', async () => {
  changeDraft({ model: 'own/gated' })
  showWithLinks()
  expect(await screen.findByText('It is locked.')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Enter a hub token' })).toHaveAttribute('href', '/settings')
})

test('the way to the token is not shown for the word in a hint', async () => {
  changeDraft({ model: 'own/odd' })
  showWithLinks()
  expect(await screen.findByText('It is odd.')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Choose another model' })).toBeInTheDocument()
  expect(screen.queryByRole('link', { name: 'Enter a hub token' })).toBeNull()
})

test('after a reload an impossible pair is mended at the strategy as well', async () => {
  chooseSetting('task', 'summarization')
  const user = userEvent.setup()
  show(<SettingsStep onNext={() => undefined} />)
  await screen.findByText('These choices cannot be right together')
  await user.click(await chosen(/^Strategy/))
  await user.click(await screen.findByRole('option', { name: 'Imitate answers (SFT)' }))
  await vi.waitFor(() => expect(screen.queryByText('These choices cannot be right together')).toBeNull())
  expect(await chosen(/^Task/)).toHaveValue('Summarization')
})

const check = () => screen.findByRole('button', { name: 'Check it' })
const beta = () => screen.findByRole('textbox', { name: /^(Beta|Leash)/ })

test('text that is no number is not passed over: the value before it is not checked in its place', async () => {
  const user = userEvent.setup()
  show(<SettingsStep onNext={() => undefined} />)
  await vi.waitFor(async () => expect(await check()).toBeEnabled())
  await user.clear(await beta())
  await user.type(await beta(), 'abc')
  await user.tab()
  expect(await check()).toBeDisabled()
  expect(screen.getByText(/^To be corrected first: (Beta|Leash)/)).toBeInTheDocument()
  await user.clear(await beta())
  await user.type(await beta(), '0.2')
  await vi.waitFor(async () => expect(await check()).toBeEnabled())
})

test('a strategy says what data it needs, and where the rows are not such there is nothing to check', async () => {
  const user = userEvent.setup()
  server.readable = ['sft']
  changeDraft({ suited: {} })
  show(<SettingsStep onNext={() => undefined} />)
  await vi.waitFor(async () => expect(await check()).toBeEnabled())
  await user.click(await chosen(/^Strategy/))
  const option = await screen.findByRole('option', { name: /^Prefer one of two/ })
  expect(option).toHaveTextContent('Needs preference pairs')
  await user.click(option)
  await screen.findByText('No pairs.')
  expect(await check()).toBeDisabled()
  expect(screen.getByText('What stands above has to be settled first.')).toBeInTheDocument()
})

test('settings that were chosen for other data are named, and kept or left behind', async () => {
  const user = userEvent.setup()
  const { result } = renderHook(useDraft)
  chooseSetting('strategy.beta', 0.5)
  const take = (dataset: string) => act(() => changeDraft({ dataset, suited: { 'strategy.name': 'dpo' } }))
  take('sample:support')
  show(<SettingsStep onNext={() => undefined} />)
  expect(await screen.findByText(/chosen before: (Beta|Leash)/)).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Keep them' }))
  expect(screen.queryByText('Chosen for other data')).toBeNull()
  expect(result.current.chosen).toEqual({ 'strategy.beta': 0.5 })
  take('sample:replies')
  await user.click(await screen.findByRole('button', { name: 'Start from the suggested settings' }))
  expect(result.current.chosen).toEqual({})
  expect(screen.queryByText('Chosen for other data')).toBeNull()
})
