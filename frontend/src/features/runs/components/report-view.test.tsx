import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import type { Report } from '../api/run-events'
import type { Run } from '../api/runs'
import { ReportView } from './report-view'

const HASH = '4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a'

const server = vi.hoisted(() => {
  const state = {
    report: {} as object,
    spec: null as object | null,
    /** Rows that were measured; nothing of a run that kept none. */
    measured: [] as object[],
  }
  const no = () =>
    Response.json({ type: 'about:blank', title: 'no', status: 404, detail: 'No spec.' }, { status: 404 })
  globalThis.fetch = async (asked) => {
    const { pathname, searchParams } = new URL((asked as Request).url)
    if (pathname.endsWith('/events')) return Response.json({ items: [], last_seq: 0 })
    if (pathname.endsWith('/answers')) {
      const [offset, limit] = ['offset', 'limit'].map((key) => Number(searchParams.get(key)))
      const items = state.measured.slice(offset, (offset ?? 0) + (limit ?? 0))
      return Response.json({ items, total: state.measured.length })
    }
    if (pathname.endsWith('/report')) return Response.json(state.report)
    return state.spec ? Response.json(state.spec) : no()
  }
  return state
})

beforeEach(() => {
  server.measured = []
  server.spec = { dataset_sha256: HASH, config: { seed: 42 }, versions: { torch: '2.9.0' } }
})

function report(verdict: Report['verdict'], tuned: number, ci95: [number, number]): Report {
  const exact = { base: 0.5, tuned, difference: tuned - 0.5, ci95, n: 40, higher_is_better: true, verdict }
  return {
    metrics: {
      loss: {
        ...exact,
        base: 2,
        tuned: 1.5,
        difference: -0.5,
        ci95: [-0.75, -0.25],
        higher_is_better: false,
      },
      exact_match: exact,
    },
    primary_metric: 'exact_match',
    verdict,
    sentence: 'What the server says of it.',
    confidence: 0.95,
    untrained: [],
    unmeasured: 0,
    examples: ['first', 'second', 'third', 'fourth', 'fifth'].map((row) => ({
      prompt: `${row} question`,
      expected: `${row} right`,
      base: `${row} wrong`,
      tuned: `${row} right`,
    })),
  }
}

function showReport(found: Report) {
  server.report = found
  const view = () => <ReportView run={{ id: 'one' } as Run} made="answers" />
  const routeTree = createRootRoute({ component: view })
  const router = createRouter({ routeTree, history: createMemoryHistory() })
  return show(<RouterProvider router={router as never} />)
}

/** The notice and the line of the primary metric, cell by cell. */
async function said() {
  const title = await screen.findByText(/^(The tuned model is|No evidence)/)
  const [, line] = within(screen.getByRole('table')).getAllByRole('row')
  return {
    title: title.textContent,
    sentence: title.nextSibling?.textContent,
    line: [...(line?.children ?? [])].map(({ textContent }) => textContent),
    tone: line?.querySelector('[data-tone]')?.getAttribute('data-tone'),
  }
}

test.each([
  ['better', 0.7, [0.1, 0.3], 'The tuned model is better', ['0.700', '+0.200', '+0.100', '+0.300'], 'good'],
  ['worse', 0.3, [-0.3, -0.1], 'The tuned model is worse', ['0.300', '−0.200', '−0.300', '−0.100'], 'bad'],
  [
    'no evidence',
    0.5,
    [-0.1, 0.1],
    'No evidence of a difference',
    ['0.500', '0.000', '−0.100', '+0.100'],
    'open',
  ],
] as const)(
  'a report that says “%s” has its word, its sentence and its interval',
  async (verdict, tuned, [from, to], word, [now, difference, low, high], tone) => {
    showReport(report(verdict, tuned, [from, to]))
    expect(await said()).toEqual({
      title: word,
      sentence: `Exact match: 0.500 → ${now} on 40 held-out rows. Difference ${difference}, 95% interval ${low} to ${high}.`,
      line: ['Exact matchhigher is better', '0.500', now, difference, `${low} … ${high}`, '40'],
      tone,
    })
  },
)

test('answers that all bear one mark leave nothing to tell apart, and the page says so in its own words', async () => {
  const { loss } = report('better', 0.7, [0.1, 0.3]).metrics
  showReport({
    ...report('no evidence', 0.5, [0, 0]),
    metrics: loss ? { perplexity: loss } : {},
    primary_metric: 'marks_told_apart',
    examples: [],
  })
  expect(await said()).toMatchObject({
    title: 'No evidence of a difference',
    sentence: 'All held-out answers bear the same mark, so there is nothing to tell apart.',
  })
})

test('both answers to a row stand beside the expected one, the right one is marked, and all rows can be seen', async () => {
  const user = userEvent.setup()
  showReport(report('better', 0.7, [0.1, 0.3]))
  const answers = (await screen.findByText('first question')).nextElementSibling
  expect([...(answers?.children ?? [])].map(({ textContent }) => textContent)).toEqual([
    'Expectedfirst right',
    'Basefirst wrong',
    'Tunedfirst right',
  ])
  const marked = [...(answers?.children ?? [])].map((one) => one.querySelector('[aria-label="as expected"]'))
  expect(marked.map((mark) => mark !== null)).toEqual([false, false, true])
  expect(screen.queryByText('fifth question')).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Show all 5' }))
  expect(screen.getByText('fifth question')).toBeInTheDocument()
})

test('all rows that were measured can be seen, page by page', async () => {
  const user = userEvent.setup()
  server.measured = Array.from({ length: 45 }, (_, row) => ({
    prompt: `question ${row}`,
    expected: 'right',
    base: 'wrong',
    tuned: 'right',
  }))
  const found = report('better', 0.7, [0.1, 0.3])
  showReport({ ...found, examples: found.examples?.slice(0, 3) ?? [] })
  await user.click(await screen.findByRole('button', { name: 'Show all 45' }))
  const count = () => screen.getAllByText(/^question \d+$/).length
  expect(count()).toBe(20)
  await user.click(screen.getByRole('button', { name: 'Show more (20 of 45)' }))
  await user.click(await screen.findByRole('button', { name: 'Show more (40 of 45)' }))
  expect(await screen.findByText('question 44')).toBeInTheDocument()
  expect(count()).toBe(45)
  expect(screen.queryByRole('button', { name: /Show more/ })).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Show fewer' }))
  expect(screen.getByText('first question')).toBeInTheDocument()
  expect(screen.queryByText('question 44')).toBeNull()
})

test('the report of a last stage shows what the first began with, and what each stage made of it', async () => {
  const metric = { base: 0.25, tuned: 0.7, difference: 0.45, ci95: [0.3, 0.6], n: 40, higher_is_better: true }
  const whole = { exact_match: { ...metric, verdict: 'better', values: [0.25, 0.5, 0.7] } }
  const since = { model: 'starter:chat', stages: ['sft', 'more'], metrics: whole }
  showReport({ ...report('better', 0.7, [0.1, 0.3]), since_start: since as never })
  const card = await screen.findByText('All stages, on the same held-out rows')
  const [, stages] = screen.getAllByRole('table')
  const [head, line] = within(stages as HTMLElement).getAllByRole('row')
  const cells = (row: HTMLElement | undefined) =>
    [...(row?.children ?? [])].map(({ textContent }) => textContent)
  expect(card).toBeInTheDocument()
  expect(cells(head)).toEqual(['Metric', 'starter:chat', 'After sft', 'After more', 'Difference'])
  expect(cells(line)).toEqual(['Exact match', '0.250', '0.500', '0.700', '+0.450 [+0.300, +0.600]'])
})

test('what it takes to get the same again has the whole hash of the data', async () => {
  showReport(report('better', 0.7, [0.1, 0.3]))
  const hash = await screen.findByText(/^[0-9a-f]{64}$/)
  expect(hash).toHaveTextContent(HASH)
  expect(hash.closest('dd')?.previousElementSibling).toHaveTextContent('SHA-256 of the data')
  expect(screen.getByText('42')).toBeInTheDocument()
  expect(screen.getByText('torch 2.9.0')).toBeInTheDocument()
})

test('a recipe that cannot be read is no silence', async () => {
  server.spec = null
  showReport(report('better', 0.7, [0.1, 0.3]))
  expect(await screen.findByRole('alert')).toHaveTextContent('No spec.')
})

test('without its primary measure a report speaks in its own words', async () => {
  showReport({ ...report('no evidence', 0.5, [-0.1, 0.1]), primary_metric: 'rouge1' })
  expect(await screen.findByText('What the server says of it.')).toBeInTheDocument()
})

test.each([
  ['en', 'The base has no fitting weights for classifier: these begin at random', 'As the server says.'],
  [
    'de',
    'Die Basis hat keine passenden Gewichte für classifier: Diese beginnen zufällig',
    'As the server says.',
  ],
] as const)(
  'in %s a base that guesses is said to guess, and what else is noted is told as it is',
  async (language, words, other) => {
    await speak(language)
    const found = report('better', 0.75, [0.125, 0.375])
    const { unmount } = showReport({ ...found, note: 'In English.', untrained: ['classifier'] })
    expect(await screen.findByText(words, { exact: false })).toBeInTheDocument()
    expect(screen.queryByText('In English.', { exact: false })).toBeNull()
    unmount()
    showReport({ ...found, note: other })
    expect(await screen.findByText(other, { exact: false })).toBeInTheDocument()
    await speak('en')
  },
)

test.each([
  [1, '1 held-out row is not compared'],
  [3, '3 held-out rows are not compared'],
])('held-out rows that were not compared are told: %s', async (unmeasured, words) => {
  const { unmount } = showReport({ ...report('better', 0.75, [0.125, 0.375]), unmeasured })
  expect(await screen.findByText(words, { exact: false })).toBeInTheDocument()
  unmount()
  showReport(report('better', 0.75, [0.125, 0.375]))
  expect(await screen.findByText(/^The tuned model is/)).toBeInTheDocument()
  expect(screen.queryByText('not compared', { exact: false })).toBeNull()
})
