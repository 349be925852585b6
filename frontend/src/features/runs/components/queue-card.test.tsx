import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { showPage } from '@/testing/show-page'

/** A server with runs that wait; a move is answered when `let go` of. */
const server = vi.hoisted(() => {
  const state = {
    queue: [] as { id: string; name: string; stage: null }[],
    moves: [] as { id: string; body: unknown }[],
    fault: false,
    letGo: () => undefined as void,
  }
  const move = async (asked: Request, id: string) => {
    const body = (await asked.json()) as { before: string }
    state.moves.push({ id, body })
    await new Promise<void>((resolve) => (state.letGo = resolve))
    const moved = state.queue.filter((run) => run.id === id)
    const others = state.queue.filter((run) => run.id !== id)
    others.splice(
      others.findIndex((run) => run.id === body.before),
      0,
      ...moved,
    )
    state.queue = others
    return Response.json(moved[0])
  }
  const no = () =>
    Response.json({ type: 'about:blank', title: 'no', status: 404, detail: 'No queue.' }, { status: 404 })
  globalThis.fetch = async (asked) => {
    const { method, url } = asked as Request
    const { pathname } = new URL(url)
    if (method === 'POST' && pathname.endsWith('/stop')) {
      const id = pathname.split('/')[4]
      state.queue = state.queue.filter((run) => run.id !== id)
      return Response.json({ id, status: 'stopped' })
    }
    if (method === 'POST') return move(asked as Request, pathname.split('/')[4] ?? '')
    if (pathname === '/api/v1/queue') return state.fault ? no() : Response.json(state.queue)
    if (pathname === '/api/v1/runs') return Response.json({ items: [], total: 0, next: null })
    return no()
  }
  return state
})

beforeEach(() => {
  const queue = ['first', 'second', 'third'].map((name) => ({ id: name, name, stage: null }))
  Object.assign(server, { queue, moves: [], fault: false })
})

const order = () => screen.getAllByRole('listitem').map((one) => one.querySelector('a')?.textContent)
const button = (name: string) => screen.findByRole('button', { name })

test.each([
  [
    'Start second earlier',
    { id: 'second', body: { before: 'first' } },
    ['second', 'first', 'third'],
    '1 of 3',
  ],
  ['Start second later', { id: 'third', body: { before: 'second' } }, ['first', 'third', 'second'], '3 of 3'],
])(
  '%s: it is asked of the server, keeps the focus, and its place is told',
  async (name, sent, after, place) => {
    const user = userEvent.setup()
    showPage('/runs')
    const step = await button(name)
    step.focus()
    await user.keyboard('{Enter}')
    await waitFor(() => expect(server.moves).toEqual([sent]))
    expect(step).toHaveAttribute('aria-disabled', 'true')
    expect(step).toHaveFocus()
    await user.keyboard('{Enter}')
    act(() => server.letGo())
    expect(await screen.findByText(`second is now at place ${place}`)).toHaveAttribute('role', 'status')
    expect(order().slice(-3)).toEqual(after)
    expect(step).toHaveFocus()
    expect(server.moves, 'a second press while the first is on its way asks for nothing').toHaveLength(1)
  },
)

test('the first goes no further up, and is not asked to', async () => {
  const user = userEvent.setup()
  showPage('/runs')
  await user.click(await button('Start first earlier'))
  expect(server.moves).toEqual([])
})

test('a queue that could not be read does not look like an empty one', async () => {
  server.fault = true
  showPage('/runs')
  expect(await screen.findByText('The waiting runs could not be read')).toBeInTheDocument()
  expect(screen.getByText('No queue.')).toBeInTheDocument()
})

test('a run is taken out of the queue', async () => {
  showPage('/runs')
  await userEvent.click(await button('Take second out of the queue'))
  await waitFor(() => expect(order().slice(-2)).toEqual(['first', 'third']))
})
