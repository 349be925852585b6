import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { showPage } from '@/testing/show-page'

/** A server with many of everything, which refuses what is looked for. */
vi.hoisted(() => {
  const items = Array.from({ length: 60 }, (_, index) => ({
    id: `one-${index}`,
    name: `number ${index}`,
    kind: 'adapter',
    status: 'succeeded',
    base_model: 'starter:chat',
    created_at: '2026-01-01T00:00:00Z',
    config: { model: 'starter:chat', dataset: 'sample:support' },
  }))
  globalThis.fetch = async (asked) => {
    const { pathname, searchParams } = new URL((asked as Request).url)
    if (pathname !== '/api/v1/runs' && pathname !== '/api/v1/models') return Response.json([])
    if (searchParams.get('query')) {
      const problem = { type: 'about:blank', title: 'no', status: 422, detail: 'It is refused.' }
      return Response.json(problem, { status: 422 })
    }
    return Response.json({ items, starters: [], total: items.length, next: null })
  }
})

test.each([
  ['/runs', 'Find a run'],
  ['/models', 'Find a model'],
])(
  'on %s a search that is refused says why, and can be written anew',
  async (address, name) => {
    const user = userEvent.setup()
    showPage(address)
    const search = await screen.findByRole('textbox', { name })
    await user.type(search, 'x')
    expect(await screen.findAllByText('It is refused.')).toHaveLength(1)
    expect(search).toBeInTheDocument()
    await user.clear(search)
    expect(await screen.findByText('number 1')).toBeInTheDocument()
  },
  20_000,
)
