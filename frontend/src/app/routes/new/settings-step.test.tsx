import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { changeDraft, chooseSetting, resetDraft } from '@/features/tuning/api/draft'
import { show } from '@/testing/show'

import { SettingsStep } from './settings-step'

vi.hoisted(() => {
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
      return Response.json({ json_schema: schema, essential: ['task', 'strategy.name'] })
    }
    if (pathname === '/api/v1/recipes/defaults') {
      const task = searchParams.get('task') ?? 'text-generation'
      const strategy = searchParams.get('strategy') ?? 'sft'
      const known = hub[searchParams.get('model') ?? '']
      if (known)
        return Response.json({ type: 'about:blank', title: 'No', status: 424, ...known }, { status: 424 })
      if (impossible(task, strategy)) return refused()
      return Response.json({ model: 'm', dataset: 'd', task, strategy: { name: strategy } })
    }
    return refused() // measures, plans and runs: what else the step asks for
  }
})

beforeEach(() => {
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
