import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { screen } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import type { Run } from '../api/runs'
import { ReportHead } from './report-head'
import type { Made } from './run-actions'

const server = vi.hoisted(() => {
  const state = { told: [] as object[] }
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname.endsWith('/events')) return Response.json({ items: state.told, last_seq: 9 })
    return Response.json({ items: [{ id: 'kept', name: 'My model' }], starters: [], total: 1 })
  }
  return state
})

const state = (time: number, status: string, kind = 'state') => ({
  kind,
  time,
  seq: time,
  epoch: 1,
  data: { status },
})

beforeEach(() => {
  server.told = []
})

function head(run: Partial<Run>, made: Made = 'answers') {
  const view = () => <ReportHead run={{ id: 'one', ...run } as Run} made={made} />
  const router = createRouter({
    routeTree: createRootRoute({ component: view }),
    history: createMemoryHistory(),
  })
  return show(<RouterProvider router={router as never} />)
}

const ended = (seconds: number) => new Date(seconds * 1000).toISOString()

test('it leads to the model, and says how long workers were at the run, without what it waited', async () => {
  server.told = [
    state(1000, 'queued'),
    state(1100, 'starting'),
    state(1110, 'running'),
    state(1200, 'stopped'),
    state(5000, 'starting'),
    state(5001, 'running'),
  ]
  head({ model_id: 'kept', finished_at: ended(5101) })
  expect(await screen.findByRole('link', { name: 'My model' })).toHaveAttribute('href', '/models/kept')
  expect(await screen.findByText('Duration: 3 min 21 sec')).toBeInTheDocument()
})

test('an attempt that died counts up to the last that it told', async () => {
  server.told = [
    state(1000, 'starting'),
    state(1060, '', 'checkpoint'),
    state(9000, 'starting'),
    state(9030, 'succeeded'),
  ]
  head({ model_id: null, finished_at: ended(9040) })
  expect(await screen.findByText('Duration: 1 min 30 sec')).toBeInTheDocument()
  expect(screen.queryByRole('link')).toBeNull()
})

test('to a model that was deleted there is no way', async () => {
  server.told = [state(1000, 'starting'), state(1005, 'succeeded')]
  head({ model_id: 'kept', finished_at: ended(1005) }, 'gone')
  expect(await screen.findByText('Duration: 5 sec')).toBeInTheDocument()
  expect(screen.queryByRole('link')).toBeNull()
})
