import { screen } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { MachineCard } from './machine-card'

const GIB = 2 ** 30

/** A machine; `live` is what it has now, `models` what it trains well, nothing where that cannot be said. */
const server = vi.hoisted(() => {
  const state = { hardware: {}, live: {}, models: null as object[] | null }
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname === '/api/v1/hardware') return Response.json(state.hardware)
    if (pathname === '/api/v1/hardware/live') return Response.json(state.live)
    if (state.models) return Response.json(state.models)
    const detail = 'The table of models cannot be read.'
    return Response.json({ type: 'about:blank', title: 'No', status: 500, detail }, { status: 500 })
  }
  return state
})

const gpu = (free: number, utilization: number | null) => ({
  kind: 'cuda',
  index: 0,
  name: 'A GPU',
  total_bytes: 80 * GIB,
  free_bytes: free * GIB,
  utilization,
})
const memory = (free: number) => ({
  memory_total_bytes: 16 * GIB,
  memory_available_bytes: free * GIB,
  disk_free_bytes: 100 * GIB,
})
const STARTER = { id: 'starter:chat', parameters: 6e6 }

beforeEach(() => {
  const machine = { processor: 'A processor', cores: 4, accelerators: [] }
  Object.assign(server, {
    hardware: { ...machine, ...memory(12) },
    live: { ...memory(3), accelerators: [], cpu_percent: 50 },
    models: [STARTER],
  })
})

const percentUsed = (name: string) => screen.getByRole('progressbar', { name }).ariaValueNow

test('of a GPU is shown what is free now, and the largest model that is recommended', async () => {
  Object.assign(server, {
    hardware: { ...server.hardware, accelerators: [gpu(80, 0)] },
    live: { ...server.live, accelerators: [gpu(20, 40)] },
    models: [
      { id: 'own/small', parameters: 1e9 },
      { id: 'own/large', parameters: 8e9 },
      { ...STARTER, parameters: 9e9 },
    ],
  })
  show(<MachineCard />)
  expect(await screen.findByText('A GPU')).toBeInTheDocument()
  expect((await screen.findByText('own/large')).parentElement).toHaveTextContent(
    'The largest recommended here: own/large',
  )
  expect(await screen.findByText('20 GiB free of 80 GiB')).toBeInTheDocument()
  expect(percentUsed('GPU 0 memory in use')).toBe('75')
  expect(screen.getByText('GPU 0 memory · 40% busy')).toBeInTheDocument()
  expect(screen.getByText('3 GiB free of 16 GiB')).toBeInTheDocument()
})

test('of a machine without a GPU is shown its memory, and that only starters are recommended where that is so', async () => {
  show(<MachineCard />)
  expect(await screen.findByText('A processor')).toBeInTheDocument()
  expect(screen.getByText('4 cores, no GPU: small models train well here')).toBeInTheDocument()
  expect(await screen.findByText('3 GiB free of 16 GiB')).toBeInTheDocument()
  expect(percentUsed('Memory in use')).toBe('81')
  expect(
    await screen.findByText('Only the small bundled starter models are recommended here.'),
  ).toBeInTheDocument()
  expect(screen.queryByText(/largest recommended/)).toBeNull()
})

test('where it cannot be said what fits, the card says why and shows the rest', async () => {
  server.models = null
  show(<MachineCard />)
  expect(await screen.findByText('The table of models cannot be read.')).toBeInTheDocument()
  expect(screen.getByText('A processor')).toBeInTheDocument()
  expect(screen.queryByText(/recommended/)).toBeNull()
})
