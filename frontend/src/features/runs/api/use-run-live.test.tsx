import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'

import type { RunEvent } from './run-events'
import type { Run } from './runs'
import { useRunLive } from './use-run-live'

const PAGE = 1_000

/** A server with one run: what is stored of it, and the streams that were asked for. */
const server = vi.hoisted(() => {
  const encoder = new TextEncoder()
  const state = {
    stored: [] as { seq: number; epoch: number; time: number; kind: string; data: Record<string, unknown> }[],
    streams: [] as { after: number; say: (text: string) => void; end: () => void }[],
    pages: 0,
  }
  const stream = (after: number) => {
    let into: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({ start: (made) => void (into = made) })
    const say = (text: string) => into.enqueue(encoder.encode(text))
    state.streams.push({
      after,
      say,
      end: () => {
        say('event: end\ndata: {}\n\n')
        into.close()
      },
    })
    return new Response(body)
  }
  globalThis.fetch = async (asked, init) => {
    if (!(asked instanceof Request)) return stream(Number(new Headers(init?.headers).get('Last-Event-ID')))
    const url = new URL(asked.url)
    if (url.pathname.endsWith('/metrics')) {
      const loss = state.stored.filter(({ kind }) => kind === 'progress')
      const steps = loss.map(({ data }) => data['step'])
      const values = loss.map(({ data }) => data['loss'])
      return Response.json({
        series: loss.length > 0 ? { loss: { steps, values, total: steps.length } } : {},
        last_seq: state.stored.at(-1)?.seq ?? 0,
      })
    }
    state.pages += 1
    const after = Number(url.searchParams.get('after'))
    const told = state.stored.filter(({ kind, seq }) => kind !== 'progress' && seq > after)
    return Response.json({ items: told.slice(0, 1_000), last_seq: 0 })
  }
  return state
})

const event = (seq: number, kind: string, data: RunEvent['data']) => ({ seq, epoch: 1, time: 0, kind, data })
const frame = (one: ReturnType<typeof event>) =>
  `id: ${one.seq}\nevent: ${one.kind}\ndata: ${JSON.stringify(one)}\n\n`

function watch(status: Run['status']) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  )
  const run = (now: Run['status']) => ({ id: 'one', status: now }) as Run
  queries.setQueryData(['run', 'one'], run(status))
  const set = vi.spyOn(queries, 'setQueryData')
  const found = renderHook(({ now }) => useRunLive(run(now)), { wrapper, initialProps: { now: status } })
  return { ...found, set }
}

beforeEach(() => {
  Object.assign(server, { stored: [], streams: [], pages: 0 })
})

test('what is stored and what is said later make one story, told once, over a stop and a resume from elsewhere', async () => {
  server.stored = [event(1, 'stage', { name: 'train' }), event(2, 'progress', { step: 1, loss: 3 })]
  const { result, rerender } = watch('running')
  await waitFor(() => expect(server.streams).toHaveLength(1))
  expect(server.streams[0]?.after).toBe(2)
  const news = [event(3, 'progress', { step: 2, loss: 2 }), event(4, 'checkpoint', { step: 2 })]
  act(() => server.streams[0]?.say(news.map(frame).join('')))
  await waitFor(() => expect(result.current.told.map(({ seq }) => seq)).toEqual([1, 4]))
  expect(result.current.series['loss']).toEqual({ steps: [1, 2], values: [3, 2] })

  server.stored.push(...news)
  act(() => server.streams[0]?.end())
  rerender({ now: 'stopped' })
  await waitFor(() => expect(server.pages).toBe(2))
  rerender({ now: 'running' })
  await waitFor(() => expect(server.streams).toHaveLength(2))
  expect(server.streams[1]?.after).toBe(4)
  act(() => server.streams[1]?.say(frame(event(5, 'notice', { text: 'Going on.' }))))
  await waitFor(() => expect(result.current.told.map(({ seq }) => seq)).toEqual([1, 4, 5]))
  expect(result.current.series['loss']).toEqual({ steps: [1, 2], values: [3, 2] })
})

test('a long story is read to its end', async () => {
  server.stored = Array.from({ length: PAGE + 5 }, (_, index) => event(index + 1, 'notice', { text: 'so' }))
  const { result } = watch('succeeded')
  await waitFor(() => expect(result.current.told).toHaveLength(PAGE + 5))
  expect(server.streams).toHaveLength(0)
})

test('two thousand events at once are drawn a few times and not two thousand', async () => {
  const { result, set } = watch('running')
  await waitFor(() => expect(server.streams).toHaveLength(1))
  const versions = new Set<string>()
  const frames = Array.from({ length: 2_000 }, (_, index) =>
    frame(event(index + 1, 'progress', { step: index + 1, loss: 1 })),
  )
  act(() => server.streams[0]?.say(frames.join('')))
  await waitFor(() => {
    versions.add(result.current.version)
    expect(result.current.series['loss']?.steps).toHaveLength(2_000)
  })
  expect(versions.size).toBeLessThan(8)
  expect(set.mock.calls.filter(([key]) => Array.isArray(key) && key[1] === 'one').length).toBeLessThan(8)
})
