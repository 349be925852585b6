import { screen, within } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { showPage } from '@/testing/show-page'

/** A server with 61 runs, the first of which is still under way: it is on none of the first pages. */
vi.hoisted(() => {
  const run = (number: number, status: string) => ({
    id: `run-${number}`,
    name: `run ${number}`,
    status,
    created_at: '2026-01-01T00:00:00Z',
    config: { model: 'starter:chat', dataset: 'sample:support' },
  })
  const all = [
    ...Array.from({ length: 60 }, (_, index) => run(60 - index, 'succeeded')),
    run(0, 'running'),
  ] as const
  globalThis.fetch = async (asked) => {
    const { pathname, searchParams } = new URL((asked as Request).url)
    if (pathname === '/api/v1/runs') {
      const states = searchParams.getAll('status')
      const found = all.filter(({ status }) => states.length === 0 || states.includes(status))
      const items = found.slice(0, Number(searchParams.get('limit')))
      return Response.json({ items, total: found.length, next: null })
    }
    if (pathname === '/api/v1/models') return Response.json({ items: [], starters: [], total: 0, next: null })
    return Response.json({ type: 'about:blank', title: 'no', status: 404, detail: 'no' }, { status: 404 })
  }
})

test('a run in progress is shown and counted, however many are newer', async () => {
  showPage('/')
  const card = await screen.findByRole('region', { name: 'In progress' })
  expect(within(card).getByRole('link', { name: 'run 0' })).toBeInTheDocument()
  expect(within(card).getAllByRole('listitem')).toHaveLength(1)
  expect(await screen.findByTitle('1 run in progress')).toHaveTextContent('1')
})
