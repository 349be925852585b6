import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

import type { SeriesByName } from './series'

export type RunEvent = Schemas['Event']
export type Checkpoint = Schemas['CheckpointView']
export type Report = Schemas['EvaluationReport']

/** Kinds that are told one by one; progress and heartbeats are drawn. */
const TOLD = [
  'state',
  'stage',
  'download',
  'notice',
  'checkpoint',
  'generation',
  'samples',
  'model',
  'error',
] as const
const POINTS = 3_000
const PAGE = 1_000
const ANSWERS = 20

const of = (id: string) => ({ path: { run_id: id } })

async function readMetrics(id: string, signal: AbortSignal) {
  const found = await answer(
    api.GET('/api/v1/runs/{run_id}/metrics', { params: { ...of(id), query: { points: POINTS } }, signal }),
  )
  const series: SeriesByName = {}
  for (const [name, one] of Object.entries(found.series)) {
    series[name] = { steps: [...one.steps], values: [...one.values] }
  }
  return { series, lastSeq: found.last_seq ?? 0 }
}

async function readTold(id: string, signal: AbortSignal): Promise<RunEvent[]> {
  const told: RunEvent[] = []
  for (;;) {
    const query = { kind: [...TOLD], limit: PAGE, after: told[told.length - 1]?.seq ?? 0 }
    const page = (await answer(
      api.GET('/api/v1/runs/{run_id}/events', {
        params: { ...of(id), query },
        headers: { Accept: 'application/json' },
        signal,
      }),
    )) as Schemas['EventPage']
    told.push(...page.items)
    if (page.items.length < PAGE) return told
  }
}

export const metricsQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id, 'metrics'],
    queryFn: ({ signal }) => readMetrics(id, signal),
    staleTime: Infinity,
    gcTime: 0,
  })

/** What was told of a run that has ended. */
export const toldQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id, 'told'],
    queryFn: ({ signal }) => readTold(id, signal),
    staleTime: Infinity,
  })

/** What is stored of a run: its curves up to event `lastSeq`, and what was told up to there at least. */
export interface RunHistory {
  series: SeriesByName
  told: RunEvent[]
  lastSeq: number
}

/** The curves are read first, so that no event behind their position can be missing from both. */
export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id, 'history'],
    queryFn: async ({ signal }): Promise<RunHistory> => {
      const measured = await readMetrics(id, signal)
      return { ...measured, told: await readTold(id, signal) }
    },
    staleTime: Infinity,
    gcTime: 0,
  })

export function isTold(kind: string): boolean {
  return (TOLD as readonly string[]).includes(kind)
}

export const logQuery = (id: string, lines: number, live: boolean) =>
  queryOptions({
    queryKey: ['run', id, 'log', lines],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/runs/{run_id}/logs', { params: { ...of(id), query: { lines } }, signal })),
    refetchInterval: live ? 2_500 : false,
  })

export const checkpointsQuery = (id: string, live: boolean) =>
  queryOptions({
    queryKey: ['run', id, 'checkpoints'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/runs/{run_id}/checkpoints', { params: of(id), signal })),
    refetchInterval: live ? 10_000 : false,
  })

export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id, 'report'],
    queryFn: async ({ signal }) =>
      (await answer(api.GET('/api/v1/runs/{run_id}/report', { params: of(id), signal }))) as Report,
    staleTime: Infinity,
    retry: false,
  })

/** All held-out rows that were measured, with both answers, page by page. */
export const answersQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['run', id, 'answers'],
    queryFn: ({ signal, pageParam: offset }) =>
      answer(
        api.GET('/api/v1/runs/{run_id}/report/answers', {
          params: { ...of(id), query: { offset, limit: ANSWERS } },
          signal,
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: ({ total }, pages) => {
      const read = pages.reduce((sum, { items }) => sum + items.length, 0)
      return read < total ? read : null
    },
    staleTime: Infinity,
    retry: false,
  })

export const specQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id, 'spec'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/runs/{run_id}/spec', { params: of(id), signal })),
    staleTime: Infinity,
  })
