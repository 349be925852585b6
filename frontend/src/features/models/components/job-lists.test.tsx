import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { EvaluationList } from './evaluation-list'
import { ExportList } from './export-list'
import { MergeList } from './merge-list'

/** A server with jobs of one kind; every change is taken down. */
const server = vi.hoisted(() => {
  const state = { jobs: [] as object[], changes: [] as [string, unknown][], refuses: '' }
  globalThis.fetch = async (asked) => {
    const request = asked as Request
    if (request.method === 'GET') return Response.json(state.jobs)
    const way = `${request.method} ${new URL(request.url).pathname}`
    const body = await request.text()
    state.changes.push([way, body ? JSON.parse(body) : null])
    if (way === state.refuses) {
      const detail = 'Every accelerator is training.'
      return Response.json({ type: 'about:blank', title: 'no', status: 409, detail }, { status: 409 })
    }
    return request.method === 'DELETE' ? new Response(null, { status: 204 }) : Response.json(state.jobs[0])
  }
  return state
})

beforeEach(() => Object.assign(server, { jobs: [], changes: [], refuses: '' }))

const INTERRUPTED = {
  status: 'failed',
  finished_at: '2026-11-28T11:00:00Z',
  error: {
    message: 'The server ended before this was done.',
    hint: 'Nothing half-made is kept. Start it again.',
    code: 'server-ended',
    params: {},
  },
}
const REQUEST = {
  model: 'one',
  against: 'starter:chat',
  dataset: 'sample:support',
  config: { max_length: 64 },
}

/** Of each list: itself, a job in it, how it is asked for again, and what is dismissed then. */
const KINDS = [
  {
    name: 'merges',
    list: <MergeList model="one" />,
    job: { id: 'job-1', dtype: 'float16', new_id: 'two' },
    again: ['POST /api/v1/models/one/merge', { dtype: 'float16', new_id: 'two' }],
    waits: 'The merge waits for its turn',
    replaces: true,
  },
  {
    name: 'exports',
    list: <ExportList model="one" />,
    job: { id: 'job-1', format: 'gguf', quantization: 'q4_0', dtype: null },
    again: ['POST /api/v1/exports', { model_id: 'one', format: 'gguf', quantization: 'q4_0', dtype: null }],
    waits: 'Waiting for its turn',
    replaces: false,
  },
  {
    name: 'evaluations',
    list: <EvaluationList model="one" nameOf={(dataset) => dataset} />,
    job: { id: 'job-1', request: REQUEST },
    again: ['POST /api/v1/evaluations', REQUEST],
    waits: 'Waiting for its turn',
    replaces: true,
  },
]

function open({ list, job }: (typeof KINDS)[number], more: object) {
  server.jobs = [{ ...job, model_id: 'one', created_at: '2026-11-28T10:00:00Z', ...more }]
  show(list)
  return userEvent.setup()
}

const press = async (user: ReturnType<typeof userEvent.setup>, name: string) =>
  user.click(await screen.findByRole('button', { name }))

test.each(KINDS)('$name that the end of the server cut off say so, and are started again', async (kind) => {
  const user = open(kind, INTERRUPTED)
  expect(await screen.findByText(/The server ended before this was done\./)).toBeInTheDocument()
  expect(screen.getByText(/Start it again\./)).toBeInTheDocument()
  await press(user, 'Start again')
  const old = [`DELETE /api/v1/${kind.name}/job-1`, null]
  await waitFor(() => expect(server.changes).toEqual(kind.replaces ? [kind.again, old] : [kind.again]))
})

test.each(KINDS)('$name that cannot be started again say why, and stay', async (kind) => {
  server.refuses = String(kind.again[0])
  const user = open(kind, INTERRUPTED)
  await press(user, 'Start again')
  expect(await screen.findByText('Every accelerator is training.')).toBeInTheDocument()
  expect(server.changes).toEqual([kind.again])
})

test.each(KINDS)('$name that came to nothing are dismissed', async (kind) => {
  const user = open(kind, { status: 'stopped' })
  await press(user, 'Dismiss')
  await waitFor(() => expect(server.changes).toEqual([[`DELETE /api/v1/${kind.name}/job-1`, null]]))
})

test.each(KINDS)('$name that wait for their turn say so, and can be stopped', async (kind) => {
  const user = open(kind, { status: 'queued' })
  expect(await screen.findByText(kind.waits)).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Start again' })).toBeNull()
  await press(user, 'Stop')
  await waitFor(() => expect(server.changes).toEqual([[`POST /api/v1/${kind.name}/job-1/stop`, null]]))
})

test('a merge that failed says that it was the merge, and why', async () => {
  open(KINDS[0]!, INTERRUPTED)
  const notice = await screen.findByRole('alert')
  expect(notice).toHaveTextContent('The merge failed')
  expect(notice).toHaveTextContent(
    'The server ended before this was done. Nothing half-made is kept. Start it again.',
  )
})

test('what was exported is deleted only once that is confirmed', async () => {
  const check = { verdict: 'same', same_answers: 4, prompts: 4, same_tokens: 1, divergence: 0 }
  const user = open(KINDS[1]!, { status: 'succeeded', result: { files: [], bytes: 1, check, notes: [] } })
  await press(user, 'Delete')
  expect(server.changes).toEqual([])
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }))
  await waitFor(() => expect(server.changes).toEqual([['DELETE /api/v1/exports/job-1', null]]))
})
