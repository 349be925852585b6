import { screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { showPage } from '@/testing/show-page'

const ids = Array.from({ length: 8 }, (_, index) => `support-chat-${index}`)

/** A server with runs: what each of them is, and has measured. An id that is not known here is not there. */
const server = vi.hoisted(() => {
  const state = {
    runs: {} as Record<string, object>,
    series: {} as Record<string, Record<string, number[]>>,
    settings: {} as Record<string, unknown[]>,
    read: [] as string[],
    unreadable: [] as string[],
  }
  const no = (status: number, detail: string) =>
    Response.json({ type: 'about:blank', title: 'no', status, detail }, { status })
  const measured = (values: number[]) => ({ steps: values.map((_, index) => index + 1), values, total: 2 })
  globalThis.fetch = async (asked) => {
    const { pathname, searchParams } = new URL((asked as Request).url)
    const id = pathname.split('/')[4] ?? ''
    if (pathname.endsWith('/compare')) {
      state.read.push('compare')
      const named = searchParams.getAll('ids')
      const runs = named.filter((one) => one in state.runs)
      const missing = named.filter((one) => !runs.includes(one))
      const metrics = { rouge1: runs.map((_, index) => index / 10) }
      return Response.json({ runs, settings: state.settings, metrics, missing })
    }
    if (pathname === '/api/v1/runs') return Response.json({ items: [], total: 0, next: null })
    const run = state.runs[id]
    if (state.unreadable.includes(id)) return no(403, 'It is refused.')
    if (!run) return no(404, 'It is gone.')
    if (!pathname.endsWith('/metrics')) return Response.json(run)
    state.read.push(id)
    const found = Object.entries(state.series[id] ?? { loss: [2, 1] })
    const series = Object.fromEntries(found.map(([name, values]) => [name, measured(values)]))
    return Response.json({ series, last_seq: 2 })
  }
  return state
})

// A canvas is nothing that jsdom can draw.
vi.mock('@/components/chart/plot', () => ({ Plot: () => null }))

const complaints = vi.spyOn(console, 'error')
beforeEach(() => {
  complaints.mockClear()
  const named = (id: string) => (id === 'support-chat-1' ? 'another' : 'support-chat')
  const runs = Object.fromEntries(ids.map((id) => [id, { id, name: named(id), status: 'succeeded' }]))
  Object.assign(server, { runs, series: {}, settings: {}, read: [], unreadable: [] })
})
afterEach(() => void vi.useRealTimers())

const page = (compared: readonly string[]) =>
  showPage(`/compare?ids=${encodeURIComponent(JSON.stringify(compared))}`)
const legend = (title: string) => [...(screen.getByText(title).nextElementSibling?.children ?? [])]
const words = (title: string) => legend(title).map((entry) => entry.textContent)
const titles = () => screen.getAllByRole('figure').map((one) => one.querySelector('span')?.textContent)

test('runs of one name are told apart, in the legend, in the tables and by how they are drawn', async () => {
  page(ids)
  const heads = await screen.findAllByRole('columnheader', {}, { timeout: 5_000 })
  const named = ['support-chat-0', 'another', ...ids.slice(2)]
  expect(heads.slice(1).map((head) => head.textContent)).toEqual(named)
  expect(words('Training loss, smoothed')).toEqual(named.map((name) => `${name} 1`))
  const looks = legend('Training loss, smoothed').map((entry) => entry.querySelector('i, svg')?.outerHTML)
  expect(new Set(looks).size).toBe(ids.length)
  expect(complaints.mock.calls.filter(([said]) => String(said).includes('same key'))).toEqual([])
})

test('what runs have in common is laid over each other, the loss first; what only one has is left out', async () => {
  server.series = {
    'support-chat-0': {
      learning_rate: [3, 2],
      kl: [1, 2],
      loss: [2, 1],
      reward: [0, 0.5],
      evaluation_loss: [5, 4],
    },
    'support-chat-1': {
      reward: [0, 0.25],
      loss: [2, 1],
      learning_rate: [3, 1],
      evaluation_loss: [5, 3],
      entropy: [1],
    },
  }
  page(ids.slice(0, 2))
  await screen.findByText('Mean reward')
  expect(titles()).toEqual(['Training loss, smoothed', 'Held-out loss', 'Mean reward', 'Learning rate'])
  expect(words('Mean reward')).toEqual(['support-chat 0.5', 'another 0.25'])
  expect(words('Held-out loss')).toEqual(['support-chat 4', 'another 3'])
})

test('both answers of a pair have a chart of their own each, and a held-out measure as well', async () => {
  const series = {
    loss: [1],
    reward_chosen: [1],
    reward_rejected: [0],
    accuracy: [1],
    evaluation_accuracy: [1],
  }
  server.series = { 'support-chat-0': series, 'support-chat-1': series }
  page(ids.slice(0, 2))
  await screen.findByText('Rewards of both answers · preferred')
  expect(titles().slice(1)).toEqual([
    'Rewards of both answers · preferred',
    'Rewards of both answers · not preferred',
    'Accuracy · training',
    'Accuracy · held out',
  ])
})

test('a run that is gone is named, and the others are compared', async () => {
  page(['support-chat-0', 'gone', 'support-chat-1'])
  expect(await screen.findByText(/^gone is not there any more/)).toBeInTheDocument()
  await waitFor(() => expect(words('Training loss, smoothed')).toEqual(['support-chat 1', 'another 1']))
  const heads = await screen.findAllByRole('columnheader')
  expect(heads.slice(1).map((head) => head.textContent)).toEqual(['support-chat', 'another'])
  expect(screen.queryByRole('alert')).toBeNull()
})

test('a run that cannot be read is named, and the others are compared', async () => {
  server.unreadable.push('support-chat-2')
  page(ids.slice(0, 3))
  const notice = await screen.findByRole('alert')
  expect(notice).toHaveTextContent('support-chat-2 could not be readIt is refused.')
  expect(words('Training loss, smoothed').slice(0, 2)).toEqual(['support-chat 1', 'another 1'])
})

test('runs are read again while one of them is active, once more when it has ended, and then no more', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  const live = (status: string, loss: number[]) => {
    server.runs['support-chat-1'] = { id: 'support-chat-1', name: 'another', status }
    server.series['support-chat-1'] = { loss }
    server.read = []
  }
  live('running', [2, 1])
  page(ids.slice(0, 2))
  await vi.waitFor(() => expect(words('Training loss, smoothed')[1]).toBe('another 1'))
  live('running', [2, 2])
  await vi.advanceTimersByTimeAsync(11_000)
  await vi.waitFor(() => expect(words('Training loss, smoothed')[1]).toBe('another 2'))
  expect(server.read.sort()).toEqual(['compare', 'support-chat-1'])
  live('succeeded', [3, 3])
  await vi.advanceTimersByTimeAsync(4_000)
  await vi.waitFor(() => expect(words('Training loss, smoothed')[1]).toBe('another 3'))
  server.read = []
  await vi.advanceTimersByTimeAsync(30_000)
  expect(server.read).toEqual([])
})

test('a measure has the interval that the report of its run gives, and a name is no setting', async () => {
  server.settings = { name: ['support-chat', 'another'], 'optimization.learning_rate': [1e-4, 2e-4] }
  const metric = { base: 0.1, tuned: 0.4, difference: 0.3, ci95: [0.1, 0.5], n: 9, higher_is_better: true }
  const report = { metrics: { rouge1: metric }, primary_metric: 'rouge1', confidence: 0.95 }
  server.runs['support-chat-1'] = { id: 'support-chat-1', name: 'another', status: 'succeeded', report }
  page(ids.slice(0, 2))
  const cells = (await screen.findAllByRole('cell')).map(({ textContent }) => textContent)
  expect(cells.slice(0, 4)).toEqual([
    'ROUGE-1',
    'support-chat0.000',
    'another0.100on 9 rows95% interval over its base: +0.100 to +0.500',
    'optimization.learning_rate',
  ])
  expect(cells).not.toContain('name')
})

/** Two runs that are done: over so many rows each, and with so many settings that differ. */
function measuredOn(rows: number[], settings: Record<string, unknown[]>) {
  server.settings = settings
  rows.forEach((n, index) => {
    const id = `support-chat-${index}`
    const metric = { base: 0, tuned: 0.4, difference: 0.4, ci95: [0.1, 0.5], n, higher_is_better: true }
    const report = { metrics: { rouge1: metric }, primary_metric: 'rouge1', confidence: 0.95 }
    server.runs[id] = { id, name: id, status: 'succeeded', report }
  })
  page(ids.slice(0, 2))
}

test.each([
  ['other numbers of rows', [100, 6], {}],
  ['another dataset', [100, 100], { dataset: ['one', 'other'] }],
  ['another seed', [100, 100], { seed: [1, 2] }],
])('over %s no score is the best, and the page says why', async (_, rows, settings) => {
  measuredOn(rows, settings)
  const cells = await screen.findAllByRole('cell')
  expect(cells[1]).toHaveTextContent(`on ${rows[0]} rows`)
  expect(cells[2]).toHaveTextContent(`on ${rows[1]} rows`)
  expect(screen.getByText(/^These models were not measured on the same held-out rows/)).toBeInTheDocument()
  expect(document.querySelector('td strong')).toBeNull()
})

test('over the same rows the best score is marked', async () => {
  measuredOn([100, 100], { 'optimization.learning_rate': [1e-4, 2e-4] })
  const cells = await screen.findAllByRole('cell')
  expect(cells[2]?.querySelector('strong')).toHaveTextContent('0.1')
  expect(screen.queryByText(/^These models were not measured/)).toBeNull()
})

test('what is in percent, and what is in bytes, says so', async () => {
  const series = { loss: [2, 1], utilization: [20.02, 45.19], memory_bytes: [2 ** 29, 2 ** 30] }
  server.series = { 'support-chat-0': series, 'support-chat-1': series }
  page(ids.slice(0, 2))
  await screen.findByText('Memory')
  expect(words('Memory')).toEqual(['support-chat 1 GiB', 'another 1 GiB'])
  expect(words('Utilisation of the device, in percent')).toEqual(['support-chat 45%', 'another 45%'])
})
