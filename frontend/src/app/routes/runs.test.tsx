import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { queryClient } from '@/app/query-client'
import { showPage } from '@/testing/show-page'

/** A server with so many runs, in pages of 50, the newest first; a third of them failed. */
const server = vi.hoisted(() => {
  const state = { runs: 60, asked: [] as URLSearchParams[], unreadable: [] as unknown[] }
  const run = (number: number) => ({
    id: `run-${number}`,
    name: `run ${String(number).padStart(3, '0')}`,
    status: number % 3 ? 'succeeded' : 'failed',
    created_at: '2026-01-01T00:00:00Z',
    config: { model: 'starter:chat', dataset: 'sample:support' },
    report: null,
    error: null,
  })
  globalThis.fetch = async (asked) => {
    const { pathname, searchParams } = new URL((asked as Request).url)
    if (pathname !== '/api/v1/runs') return Response.json([])
    const status = searchParams.get('status')
    const found = Array.from({ length: state.runs }, (_, index) => run(state.runs - index)).filter(
      (one) => status === null || one.status === status,
    )
    const begins = found.findIndex(({ id }) => id === searchParams.get('before')) + 1
    const items = found.slice(begins, begins + 50)
    if (searchParams.has('query')) state.asked.push(searchParams)
    const next = begins + 50 < found.length ? items.at(-1)?.id : null
    return Response.json({ items, total: found.length, next, unreadable: state.unreadable })
  }
  return state
})

beforeEach(() => {
  Object.assign(server, { runs: 60, asked: [], unreadable: [] })
  queryClient.clear()
})

const first = () => screen.getAllByRole('row')[1]
const user = userEvent.setup()

test('what is sorted is all runs, not those that happen to be loaded', async () => {
  showPage('/runs')
  expect(await screen.findByText('run 060')).toBeInTheDocument()
  expect(screen.queryByText('run 001')).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Name' }))
  await waitFor(() => expect(first()).toHaveTextContent('run 001'))
  expect(screen.getAllByRole('row')).toHaveLength(61)
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
}, 20_000)

test('a run that cannot be read is named beside the others', async () => {
  const error = { message: 'It is of another version.', hint: null, code: null, params: {} }
  server.unreadable = [{ id: 'run-newer', error }]
  showPage('/runs')
  expect(await screen.findByText('run-newer: It is of another version.')).toBeInTheDocument()
  expect(screen.getByText('run 060')).toBeInTheDocument()
})

test('runs in one state are asked for, and none there is said to be none', async () => {
  showPage('/runs')
  await screen.findByText('run 060')
  const state = screen.getByRole('combobox', { name: 'Show runs in state' })
  await user.selectOptions(state, 'failed')
  await waitFor(() => expect(screen.queryByText('run 059')).toBeNull())
  expect(screen.getByText('20 runs')).toBeInTheDocument()
  await user.selectOptions(state, 'paused')
  expect(await screen.findByText('No run is in this state, or none of them is found.')).toBeInTheDocument()
  expect(screen.queryByText('No runs yet')).toBeNull()
  await user.selectOptions(state, 'Every state')
  expect(await screen.findByText('run 059')).toBeInTheDocument()
}, 20_000)

test('whoever comes back from a comparison finds the same runs ticked', async () => {
  const { router } = showPage('/runs')
  const tick = (name: string) => screen.findByRole('checkbox', { name: `Compare ${name}` })
  await user.click(await tick('run 060'))
  await user.click(await tick('run 058'))
  await user.click(await screen.findByRole('button', { name: 'Compare 2' }))
  await screen.findByRole('heading', { name: 'Compare runs' })
  act(() => router.history.back())
  expect(await tick('run 060')).toBeChecked()
  expect(await tick('run 058')).toBeChecked()
  expect(await tick('run 059')).not.toBeChecked()
  await user.click(await tick('run 058'))
  expect(await tick('run 058')).not.toBeChecked()
}, 20_000)
