import { queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

import type { SeriesByName } from './series'

export type RunEvent = Schemas['Event']
export type Checkpoint = Schemas['CheckpointView']
export type Report = Schemas['EvaluationReport']

/** Kinds that are told one by one; progress and heartbeats are drawn. */
const TOLD = ['state', 'stage', 'notice', 'checkpoint', 'generation', 'model', 'error'] as const
const POINTS = 3_000
const MOST_EVENTS = 1_000

const of = (id: string) => ({ path: { run_id: id } })

export const metricsQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id, 'metrics'],
    queryFn: async ({ signal }) => {
      const found = await answer(
        api.GET('/api/v1/runs/{run_id}/metrics', {
          params: { ...of(id), query: { points: POINTS } },
          signal,
        }),
      )
      const series: SeriesByName = {}
      for (const [name, one] of Object.entries(found.series)) {
        series[name] = { steps: [...one.steps], values: [...one.values] }
      }
      return { series, lastSeq: found.last_seq ?? 0 }
    },
    staleTime: Infinity,
    gcTime: 0,
  })

const eventsQuery = (id: string, name: string, kind: RunEvent['kind'][]) =>
  queryOptions({
    queryKey: ['run', id, name],
    queryFn: async ({ signal }) => {
      const page = await answer(
        api.GET('/api/v1/runs/{run_id}/events', {
          params: { ...of(id), query: { kind, limit: MOST_EVENTS } },
          headers: { Accept: 'application/json' },
          signal,
        }),
      )
      return [...(page as Schemas['EventPage']).items]
    },
    staleTime: Infinity,
    gcTime: 0,
  })

export const toldQuery = (id: string) => eventsQuery(id, 'told', [...TOLD])
export const samplesQuery = (id: string) => eventsQuery(id, 'samples', ['samples'])

export function isTold(kind: string): boolean {
  return kind === 'samples' || (TOLD as readonly string[]).includes(kind)
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

export const specQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id, 'spec'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/runs/{run_id}/spec', { params: of(id), signal })),
    staleTime: Infinity,
  })
