import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { changeDraft, resetDraft } from '@/features/tuning/api/draft'
import type { Finding } from '@/features/tuning/api/plans'
import { showPage } from '@/testing/show-page'

/** A server that plans every config as `findings` and `fits` say, and keeps what it was asked to start. */
const server = vi.hoisted(() => {
  const state = {
    findings: [] as object[],
    fits: true,
    started: [] as { force: string | null }[],
    ahead: { places: 1, working: 0, waiting: 0 },
    asked: [] as string[],
  }
  const config = { model: 'starter:chat', dataset: 'sample:support', data: { max_length: 64 } }
  const lengths = { minimum: 1, median: 20, p95: 60, maximum: 66, histogram: [] }
  const plan = () => ({
    device: 'cpu',
    available_bytes: 100,
    total_bytes: 120,
    fits: state.fits,
    advice: [
      { code: 'smaller-batch', message: 'Set optimization.per_device_train_batch_size: 1.', params: {} },
    ],
    parameters: 10,
    trainable_parameters: 5,
    parts: {},
  })
  const preflight = () => ({
    findings: state.findings,
    ok: !state.findings.some((one) => (one as Finding).severity === 'error'),
    rows: 3,
    validation_rows: 1,
    rows_cut: 0,
    rows_left_out: 0,
    tokens: 60,
    trained_tokens: 20,
    lengths,
  })
  const answers: Record<string, (query: URLSearchParams) => unknown> = {
    '/api/v1/queue/ahead': () => state.ahead,
    '/api/v1/recipes/schema': () => ({ json_schema: { properties: {} }, essential: [] }),
    '/api/v1/recipes/defaults': () => config,
    '/api/v1/plans': () => ({
      config,
      plan: plan(),
      preflight: preflight(),
      validation: { exact_duplicates: 0, near_duplicates: 0 },
    }),
    '/api/v1/plans/tokens': (query) => {
      const row = Number(query.get('first'))
      return row > 9 ? [] : [{ row, tokens: [{ id: 1, text: `of row ${row}`, role: 'trained' }], more: 0 }]
    },
  }
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    const { method, url } = asked as Request
    const { pathname, searchParams } = new URL(url)
    if (pathname === '/api/v1/runs' && method === 'POST') {
      state.started.push({ force: searchParams.get('force') })
      await new Promise((resolve) => setTimeout(resolve, 100)) // long enough to press again
      return Response.json({ id: 'one', name: 'my run' }, { status: 202 })
    }
    state.asked.push(pathname)
    const answer = answers[pathname]
    if (answer) return Response.json(answer(searchParams))
    return Response.json({ type: 'about:blank', title: 'no', status: 404, detail: 'no' }, { status: 404 })
  }
  return state
})

beforeEach(() => {
  Object.assign(server, {
    findings: [],
    fits: true,
    started: [],
    asked: [],
    ahead: { places: 1, working: 0, waiting: 0 },
  })
  resetDraft()
  changeDraft({ dataset: 'sample:support', model: 'starter:chat', suited: {} })
})

const page = () => showPage('/new?step=check')
const button = (name: string) => screen.findByRole('button', { name })

test('a broken truth is told with its fix and its rows, before what holds, and nothing can be started', async () => {
  server.findings = [
    { truth: 'special-tokens', severity: 'ok', message: 'No special token twice.', rows: [9], total: 1 },
    {
      truth: 'end-token-trained',
      severity: 'error',
      message: 'The end token is not trained.',
      fix: 'Set data.max_length: 128.',
      rows: [2, 5],
      total: 1200,
    },
  ]
  page()
  const start = await button('Start training')
  expect(start).toBeDisabled()
  const [first, second] = within(screen.getByRole('region', { name: 'Training truths' })).getAllByRole(
    'listitem',
  )
  expect(within(first as HTMLElement).getByRole('img', { name: 'broken' })).toBeInTheDocument()
  expect(first).toHaveTextContent('The end token is not trained.Set data.max_length: 128.Rows 2, 5 of 1,200')
  expect(within(second as HTMLElement).getByRole('img', { name: 'holds' })).toBeInTheDocument()
  expect(second).not.toHaveTextContent('Row 9')
  expect(screen.getByText('Not yet')).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Start anyway' })).toBeNull()
})

test('a plan that does not fit says so with its advice, and is started anyway only by who confirms it', async () => {
  server.fits = false
  const user = userEvent.setup()
  page()
  const force = await button('Start anyway')
  expect(screen.getByText('The plan does not fit into memory')).toBeInTheDocument()
  expect(screen.getByText('Set optimization.per_device_train_batch_size: 1.')).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Start training' })).toBeNull()
  await user.click(force)
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(server.started).toEqual([])
  await user.click(force)
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Start anyway' }))
  await waitFor(() => expect(server.started).toEqual([{ force: 'true' }]))
})

test('where all holds one run is started, however often the button is pressed', async () => {
  const user = userEvent.setup()
  const { router } = page()
  const start = await button('Start training')
  expect(screen.getByText('Everything holds')).toBeInTheDocument()
  await user.dblClick(start)
  await waitFor(() => expect(router.state.location.pathname).toBe('/runs/one'))
  expect(server.started).toEqual([{ force: 'false' }])
})

test.each([
  [{ places: 1, working: 1, waiting: 0 }, '1 run is ahead', 'when that one has ended.'],
  [{ places: 1, working: 1, waiting: 1 }, '2 runs are ahead', 'when those have ended.'],
  [{ places: 2, working: 2, waiting: 1 }, '3 runs are ahead', 'when 2 of those have ended.'],
])('a run that will wait says so before it is started: %j', async (ahead, title, text) => {
  server.ahead = ahead
  page()
  expect(await button('Start training')).toBeEnabled()
  const said = await screen.findByText(title)
  expect(said.parentElement).toHaveTextContent(text)
})

test.each([
  [{ places: 1, working: 0, waiting: 0 }, true],
  [{ places: 2, working: 1, waiting: 0 }, true],
  [{ places: 1, working: 1, waiting: 0 }, false],
])('of waiting nothing is said where a place is free, or nothing can be started: %j', async (ahead, ok) => {
  server.ahead = ahead
  if (!ok)
    server.findings = [{ truth: 'one-bos', severity: 'error', message: 'Two BOS.', rows: [2], total: 1 }]
  page()
  await button('Start training')
  await waitFor(() => expect(server.asked).toContain(ok ? '/api/v1/queue/ahead' : '/api/v1/plans'))
  expect(screen.queryByText(/ahead$/)).toBeNull()
})

test('the tokens of any row can be looked at: of one that a finding names, and of one by its number', async () => {
  const user = userEvent.setup()
  server.findings = [
    { truth: 'one-bos', severity: 'error', message: 'Two BOS tokens.', rows: [2, 5], total: 2 },
  ]
  page()
  expect(await screen.findByText('of row 1')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Show row 5 token by token' }))
  expect(await screen.findByText('of row 5')).toBeInTheDocument()
  const tokens = screen.getByRole('region', { name: 'Rows from 5 on, token by token' })
  expect(tokens.parentElement).toHaveFocus()
  const number = within(tokens).getByRole('spinbutton', { name: 'Row to look at first' })
  expect(number).toHaveValue(5)
  await user.clear(number)
  await user.type(number, '8{Enter}')
  expect(await screen.findByText('of row 8')).toBeInTheDocument()
  await user.clear(number)
  expect(screen.getByRole('button', { name: 'Show' })).toBeDisabled()
  await user.type(number, '12{Enter}')
  expect(await screen.findByText('There is no row 12, and none behind it.')).toBeInTheDocument()
})
