import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { speak } from '@/lib/i18n'
import { showPage } from '@/testing/show-page'

/** A server with one adapter. `refuses`: the questions that it does not answer, as `DELETE /api/v1/models/one`. */
const server = vi.hoisted(() => {
  const adapter = {
    id: 'one',
    name: 'my model',
    kind: 'adapter',
    mode: 'chat',
    task: 'text-generation',
    bytes: 10,
    created_at: '2026-11-28T10:00:00Z',
    in_use_by: [] as string[],
    card: '# A card',
    lineage: { bases: [], siblings: [], children: [], run: null },
  }
  const state = {
    model: adapter,
    merges: [] as object[],
    changes: [] as [string, unknown][],
    refuses: [] as string[],
    /** Whether the list of models has it. */
    listed: false,
    forget: () =>
      Object.assign(state, { model: adapter, merges: [], changes: [], refuses: [], listed: false }),
  }
  const job = (status: string) => ({ id: 'm', model_id: 'one', status, created_at: adapter.created_at })
  const LISTS = ['merges', 'evaluations', 'exports', 'hub/jobs'].map((name) => `/api/v1/${name}`)
  const changed = async (request: Request, way: string) => {
    const body = await request.text()
    state.changes.push([way, body ? JSON.parse(body) : null])
    if (request.method === 'PATCH') state.model = { ...state.model, ...JSON.parse(body) }
    if (request.method === 'POST') state.merges = [job('running')]
    return request.method === 'DELETE'
      ? new Response(null, { status: 204 })
      : Response.json(request.method === 'POST' ? job('running') : state.model)
  }
  globalThis.fetch = async (asked) => {
    const request = asked as Request
    const { pathname } = new URL(request.url)
    const way = `${request.method} ${pathname}`
    if (state.refuses.includes(way)) {
      const detail = `${way} is refused.`
      return Response.json({ type: 'about:blank', title: 'no', status: 409, detail }, { status: 409 })
    }
    if (request.method !== 'GET') return changed(request, way)
    if (pathname === '/api/v1/models/one') return Response.json(state.model)
    if (pathname === '/api/v1/merges') return Response.json(state.merges)
    if (LISTS.includes(pathname)) return Response.json([])
    if (pathname === '/api/v1/models' && state.listed) {
      const isGone = state.changes.some(([way]) => way.startsWith('DELETE'))
      if (isGone) return new Promise(() => undefined) // as long as the list takes, this is what stands there
      return Response.json({ items: [state.model], starters: [], total: 1, next: null })
    }
    return Response.json({ items: [], samples: [], starters: [], total: 0, next: null })
  }
  return state
})

beforeEach(() => server.forget())

const MODEL = '/api/v1/models/one'
const merge = (more: object) => ({ id: 'm', model_id: 'one', created_at: '2026-11-28T10:00:00Z', ...more })

/** Open the page and choose one of the model's actions. */
async function choose(action: string) {
  const user = userEvent.setup()
  const page = showPage('/models/one')
  await user.click(await screen.findByRole('button', { name: 'Actions' }))
  await user.click(await screen.findByRole('menuitem', { name: action }))
  return { user, page }
}

test('a merge is asked for, and shown as it goes on', async () => {
  await choose('Merge into its base')
  expect(await screen.findByText('Being merged')).toBeInTheDocument()
  expect(server.changes).toEqual([[`POST ${MODEL}/merge`, { dtype: 'auto' }]])
})

test('a merge that the server refuses says why', async () => {
  server.refuses = [`POST ${MODEL}/merge`]
  await choose('Merge into its base')
  expect(await screen.findByText(`POST ${MODEL}/merge is refused.`)).toBeInTheDocument()
})

test('only an adapter can be merged', async () => {
  server.model = { ...server.model, kind: 'full' }
  const user = userEvent.setup()
  showPage('/models/one')
  await user.click(await screen.findByRole('button', { name: 'Actions' }))
  await screen.findByRole('menuitem', { name: 'Rename' })
  expect(screen.queryByRole('menuitem', { name: 'Merge into its base' })).toBeNull()
})

test('a model is deleted once that is confirmed, and its page is left', async () => {
  const { user, page } = await choose('Delete')
  const question = await screen.findByRole('dialog', { name: 'Delete this model?' })
  expect(server.changes).toEqual([])
  await user.click(within(question).getByRole('button', { name: 'Delete' }))
  await waitFor(() => expect(page.router.state.location.pathname).toBe('/models'))
  expect(server.changes).toEqual([[`DELETE ${MODEL}`, null]])
})

test('a deleted model is in no list while that is read again', async () => {
  server.listed = true
  const user = userEvent.setup()
  const { router } = showPage('/models')
  await user.click(await screen.findByRole('link', { name: 'my model' }))
  await user.click(await screen.findByRole('button', { name: 'Actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Delete' }))
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/models'))
  await screen.findByRole('heading', { name: 'Models' })
  expect(screen.queryByRole('link', { name: 'my model' })).toBeNull()
})

test('a model that is not to be deleted after all stays', async () => {
  const { user } = await choose('Delete')
  const question = await screen.findByRole('dialog', { name: 'Delete this model?' })
  await user.click(within(question).getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(question).not.toBeInTheDocument())
  expect(server.changes).toEqual([])
})

test('what needs a model is said before it is deleted, and the refusal after', async () => {
  server.model = { ...server.model, in_use_by: ['the run later', 'the playground'] }
  server.refuses = [`DELETE ${MODEL}`]
  const { user, page } = await choose('Delete')
  const question = await screen.findByRole('dialog', { name: 'Delete this model?' })
  expect(within(question).getByText('It is still needed: the run later, the playground.')).toBeInTheDocument()
  await user.click(within(question).getByRole('button', { name: 'Delete' }))
  expect(await within(question).findByText(`DELETE ${MODEL} is refused.`)).toBeInTheDocument()
  expect(page.router.state.location.pathname).toBe('/models/one')
})

test('in German, what needs a model is said in German', async () => {
  const remarks = {
    'the run later': { code: 'used-by-run', params: { id: 'later' } },
    'the playground': { code: 'used-by-playground', params: {} },
  }
  server.model = { ...server.model, ...{ in_use_by: Object.keys(remarks), remarks } }
  await choose('Delete')
  await speak('de')
  const question = await screen.findByRole('dialog', { name: 'Dieses Modell löschen?' })
  expect(within(question).getByText('Es wird noch gebraucht: Lauf later, Spielwiese.')).toBeInTheDocument()
  await speak('en')
})

test('a model gets another name', async () => {
  const { user } = await choose('Rename')
  const field = await screen.findByRole('textbox', { name: 'Name' })
  await user.clear(field)
  await user.type(field, 'better{Enter}')
  expect(await screen.findByRole('heading', { level: 1, name: /^better/ })).toBeInTheDocument()
  expect(server.changes).toEqual([[`PATCH ${MODEL}`, { name: 'better' }]])
})

test('a name that the server refuses is not taken, and why is said', async () => {
  server.refuses = [`PATCH ${MODEL}`]
  const { user } = await choose('Rename')
  await user.type(await screen.findByRole('textbox', { name: 'Name' }), ' two{Enter}')
  const dialog = await screen.findByRole('dialog', { name: 'Rename model' })
  expect(await within(dialog).findByText(`PATCH ${MODEL} is refused.`)).toBeInTheDocument()
})

test('merges of this model are there with how they ended, and no others', async () => {
  server.merges = [
    merge({ status: 'failed', error: { message: 'There is no room.', hint: 'Free the disk.' } }),
    merge({
      id: 'n',
      status: 'succeeded',
      check: 'It answers alike.',
      result: { id: 'two', name: 'merged one' },
    }),
    merge({ id: 'o', model_id: 'other', status: 'running' }),
  ]
  showPage('/models/one')
  expect(await screen.findByText('There is no room. Free the disk.')).toBeInTheDocument()
  expect(screen.getByText('It answers alike.', { exact: false })).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'merged one' })).toHaveAttribute('href', '/models/two')
  expect(screen.queryByText('Being merged')).toBeNull()
})

test('how a merge was checked is told in German, and by an earlier version in its own words', async () => {
  const params = { prompts: 5, same: 4, difference: 0.0125, tolerance: 0.5, dtype: 'bfloat16' }
  const ended = { status: 'succeeded', check: 'It answers alike.' }
  server.merges = [
    merge({ ...ended, remarks: { 'It answers alike.': { code: 'merge-checked', params } } }),
    merge({ ...ended, id: 'n', check: 'As it was.' }),
  ]
  await speak('de')
  showPage('/models/one')
  expect(
    await screen.findByText(/^An 5 Fragen mit dem Adapter verglichen: .* höchstens 0,013 auseinander/),
  ).toBeInTheDocument()
  expect(screen.getByText('As it was.', { exact: false })).toBeInTheDocument()
  await speak('en')
})

test('a merge that was stopped is not shown as done', async () => {
  server.merges = [merge({ status: 'stopped' })]
  showPage('/models/one')
  expect(await screen.findByText('The merge was stopped')).toBeInTheDocument()
  expect(screen.queryByText('Merged')).toBeNull()
})

test.each([
  ['Merges', 'GET /api/v1/merges'],
  ['Measured apart from its run', 'GET /api/v1/evaluations'],
  ['Exports', 'GET /api/v1/exports'],
  ['To and from the hub', 'GET /api/v1/hub/jobs'],
])('a list that cannot be had does not look empty: %s', async (list, way) => {
  server.refuses = [way]
  showPage('/models/one')
  const notice = await screen.findByRole('alert')
  expect(notice).toHaveTextContent(`${list}${way} is refused.`)
})
