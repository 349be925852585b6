import { notifications } from '@mantine/notifications'
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { showPage } from '@/testing/show-page'

/** A server with one dataset, taken for instructions. `refusal`: what it says to another reading. */
const server = vi.hoisted(() => {
  const before = {
    id: 'one',
    name: 'rows.csv',
    created_at: '2026-11-28T10:00:00Z',
    file_format: 'csv',
    shape: 'alpaca',
    columns: { instruction: 'instruction', output: 'output' },
    rows: 2,
    bytes: 100,
    sha256: 'a'.repeat(64),
    details: { warnings: [] },
  }
  const state = {
    dataset: before as object,
    chosen: [] as object[],
    asked: [] as string[],
    refusal: null as object | null,
    isGone: false,
    forget: () =>
      Object.assign(state, { dataset: before, chosen: [], asked: [], refusal: null, isGone: false }),
  }
  const problem = (status: number, more = {}) =>
    Response.json({ type: 'about:blank', title: 'no', status, detail: 'It is refused.', ...more }, { status })
  const inspection = {
    found: ['instruction', 'output', 'body'],
    first_rows: [{ instruction: 'Do it', output: 'Done' }],
    readings: [{ shape: 'alpaca', columns: before.columns }],
    report: { ok: true, shape: 'alpaca', columns: before.columns, rows: 2, errors: [], total: 0 },
  }
  globalThis.fetch = async (asked) => {
    const request = asked as Request
    const { pathname } = new URL(request.url)
    state.asked.push(`${request.method} ${pathname}`)
    if (request.method === 'PUT') {
      const choice = (await request.json()) as object
      state.chosen.push(choice)
      if (state.refusal) return problem(422, state.refusal)
      state.dataset = { ...state.dataset, ...choice }
      return Response.json(state.dataset)
    }
    if (request.method === 'DELETE') {
      state.isGone = true
      return new Response(null, { status: 204 })
    }
    if (pathname === '/api/v1/datasets') {
      return Response.json({ items: state.isGone ? [] : [state.dataset], samples: [] })
    }
    if (pathname === '/api/v1/datasets/one') return Response.json(state.dataset)
    if (pathname === '/api/v1/datasets/one/rows')
      return Response.json({ rows: [{ text: 'A row' }], offset: 0, total: 2, cut: [] })
    if (pathname === '/api/v1/datasets/inspect') return Response.json(inspection)
    if (pathname === '/api/v1/datasets/repeats')
      return Response.json({ rows: 2, exact: 0, near: 0, prompts: 0, examples: [] })
    return problem(404)
  }
  return state
})

beforeEach(() => server.forget())

async function openMapping() {
  const user = userEvent.setup()
  showPage('/datasets/one')
  await user.click(await screen.findByRole('button', { name: 'Read differently' }))
  const card = await screen.findByRole('region', { name: 'Which column is what?' })
  const pick = async (name: string, option: string) => {
    await user.click(await within(card).findByRole('combobox', { name }))
    await user.click(await screen.findByRole('option', { name: option }))
  }
  return { user, card, pick }
}

test('what was taken for the wrong shape is read differently, beginning with how it is read now', async () => {
  const { user, card, pick } = await openMapping()
  expect(await within(card).findByRole('combobox', { name: 'Shape' })).toHaveValue('Instruction (Alpaca)')
  expect(within(card).getByRole('combobox', { name: 'Output' })).toHaveValue('output')
  await pick('Shape', 'Plain text')
  await pick('Text', 'body')
  server.asked.length = 0
  await user.click(within(card).getByRole('button', { name: 'Read it this way' }))
  await waitFor(() => expect(card).not.toBeInTheDocument())
  expect(server.chosen).toEqual([{ shape: 'text', columns: { text: 'body' } }])
  const facts = screen.getByRole('region', { name: 'What was found' })
  expect(within(facts).getByText('Plain text')).toBeInTheDocument()
  for (const part of ['GET /api/v1/datasets/one/rows', 'POST /api/v1/datasets/repeats', 'POST /api/v1/plans'])
    await waitFor(() => expect(server.asked).toContain(part))
})

test('a reading that the server refuses is not taken, and why is said', async () => {
  const fault = {
    file: 'rows.csv',
    line: 3,
    column: 'output',
    found: 'null',
    expected: 'text',
    fix: 'Fill it.',
  }
  server.refusal = { errors: [fault], total: 1 }
  const { user, card } = await openMapping()
  await user.click(await within(card).findByRole('button', { name: 'Read it this way' }))
  expect(await within(card).findByText('It cannot be read this way')).toBeInTheDocument()
  expect(within(card).getByText('Fill it.')).toBeInTheDocument()
})

test('a sample is read as it is', async () => {
  showPage('/datasets/sample:support')
  await screen.findByText('Do it')
  expect(screen.queryByRole('button', { name: 'Read differently' })).toBeNull()
})

test('an upload whose columns are not certain asks for them, once, beside its first rows as they are', async () => {
  server.dataset = {
    ...server.dataset,
    shape: null,
    columns: {},
    details: { found: ['a', 'b'], readings: [] },
  }
  showPage('/datasets/one')
  expect(await screen.findAllByRole('region', { name: 'Which column is what?' })).toHaveLength(1)
  expect(screen.queryByRole('button', { name: 'Read differently' })).toBeNull()
  const rows = await screen.findByRole('region', { name: 'The first rows, as they are in the file' })
  expect(within(rows).getByText('Do it')).toBeInTheDocument()
})

test('a deleted dataset is said to be gone, and is in the list no more', async () => {
  const toast = vi.spyOn(notifications, 'show').mockReturnValue('')
  const user = userEvent.setup()
  const { router } = showPage('/datasets')
  await user.click(await screen.findByRole('link', { name: 'rows.csv' }))
  await user.click(await screen.findByRole('button', { name: 'Delete' }))
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/datasets'))
  expect(await screen.findByText('Drop a file here')).toBeInTheDocument()
  expect(screen.queryByRole('link', { name: 'rows.csv' })).toBeNull()
  await waitFor(() =>
    expect(toast).toHaveBeenCalledWith(
      expect.objectContaining({ message: 'The dataset rows.csv was deleted.' }),
    ),
  )
})
