import { notifications } from '@mantine/notifications'
import { act, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { showPage } from '@/testing/show-page'

/** A server with one run. `fault` answers for it; what is not known here is not there. */
const server = vi.hoisted(() => {
  const state = { run: {} as Record<string, unknown>, fault: 0, asked: 0, lines: ['a line'] }
  const problem = (status: number) =>
    Response.json({ type: 'about:blank', title: 'no', status, detail: `said ${status}` }, { status })
  globalThis.fetch = async (asked) => {
    if (!(asked instanceof Request)) return problem(404)
    const { pathname } = new URL(asked.url)
    if (asked.method === 'DELETE') {
      state.fault = 404
      return new Response(null, { status: 204 })
    }
    if (pathname === '/api/v1/runs/one') {
      state.asked += 1
      return state.fault ? problem(state.fault) : Response.json(state.run)
    }
    if (pathname === '/api/v1/runs') {
      const items = state.fault ? [] : [state.run]
      return Response.json({ items, total: items.length, next: null })
    }
    if (pathname.endsWith('/logs')) {
      state.asked += 1
      return state.fault
        ? problem(state.fault)
        : Response.json({ lines: state.lines, size: 6, truncated: false })
    }
    if (pathname === '/api/v1/models/kept') return Response.json({ id: 'kept', mode: 'chat' })
    if (pathname === '/api/v1/queue') return Response.json([])
    return problem(404)
  }
  return state
})

beforeEach(() => {
  Object.assign(server, {
    fault: 0,
    asked: 0,
    lines: ['a line'],
    run: {
      id: 'one',
      name: 'my run',
      status: 'stopped',
      reason: null,
      created_at: '2026-11-28T10:00:00Z',
      config: { model: 'starter:chat', dataset: 'sample:support' },
      progress: null,
      report: null,
      model_id: null,
      error: null,
      stage: null,
    },
  })
})

const page = () => showPage('/runs/one?tab=log')
const head = () => screen.findByRole('heading', { level: 1 })

test('a page keeps what it has when one of its questions fails', async () => {
  page()
  await screen.findByText('a line')
  server.fault = 503
  act(() => window.dispatchEvent(new Event('visibilitychange')))
  await waitFor(() => expect(server.asked).toBe(4))
  expect((await head()).textContent).toContain('my run')
  expect(screen.getByText('a line')).toBeInTheDocument()
})

test('the log has the last words of a run that ends', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  server.run = { ...server.run, status: 'running' }
  page()
  await screen.findByText('a line')
  server.run = { ...server.run, status: 'succeeded' }
  const asked = server.asked
  await vi.advanceTimersByTimeAsync(2_900) // the log is asked for, and the run not yet
  expect(server.asked).toBe(asked + 1)
  server.lines = ['a line', 'the last words']
  await vi.advanceTimersByTimeAsync(3_000)
  expect(await screen.findByText(/the last words/)).toBeInTheDocument()
  vi.useRealTimers()
})

test('the log is saved as a file', async () => {
  const saved = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  Object.assign(URL, { createObjectURL: () => 'blob:one', revokeObjectURL: () => undefined })
  page()
  await userEvent.click(await screen.findByRole('button', { name: /^Download \(up to/ }))
  await waitFor(() => expect(saved).toHaveBeenCalled())
  expect(saved.mock.contexts.at(-1)).toMatchObject({ download: 'one.log', href: 'blob:one' })
})

test('a run that was deleted elsewhere is gone', async () => {
  page()
  await head()
  server.fault = 404
  act(() => window.dispatchEvent(new Event('visibilitychange')))
  await screen.findByText('It is not here')
  expect(screen.queryByText(/my run/)).toBeNull()
})

test('a run that was deleted here does not come back', async () => {
  const toast = vi.spyOn(notifications, 'show').mockReturnValue('')
  const user = userEvent.setup()
  const { router } = page()
  await head()
  await user.click(screen.getByRole('button', { name: 'Delete' }))
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }))
  await screen.findByText('No runs yet')
  expect(toast).toHaveBeenCalledWith(expect.objectContaining({ message: 'The run my run was deleted.' }))
  act(() => router.history.back())
  await screen.findByText('It is not here')
  expect(screen.queryByText(/my run/)).toBeNull()
})

test.each([
  ['kept', 'link', 'Try the model'],
  ['deleted', 'text', 'The model was deleted'],
])('what can be done with the model is said: it is %s', async (id, kind, words) => {
  server.run = { ...server.run, status: 'succeeded', model_id: id }
  page()
  if (kind === 'link') expect(await screen.findByRole('link', { name: words })).toBeInTheDocument()
  else await waitFor(() => expect(screen.queryByRole('link', { name: 'Try the model' })).toBeNull())
  expect(await screen.findByText(words)).toBeInTheDocument()
})

test.each([
  [
    'paused',
    'disk_full',
    { step: 5, total_steps: 10 },
    'The disk is full: it goes on when there is room again',
  ],
  ['queued', 'earlier_stage', null, 'It goes on from an earlier stage, which is not done'],
  ['queued', null, null, 'Waits for its turn.'],
])(
  'a run that is %s by %s says so under its head and in the list',
  async (status, reason, progress, words) => {
    server.run = { ...server.run, status, reason, progress }
    const { unmount } = page()
    expect(await screen.findByText(words)).toBeInTheDocument()
    unmount()
    showPage('/runs')
    expect(await screen.findByText(words)).toBeInTheDocument()
  },
)
