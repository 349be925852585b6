import { queryOptions, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { answer, api, type Schemas } from '@/lib/api/client'
import { isGone } from '@/lib/api/problem'

import { metricsQuery, type Report } from './run-events'
import { isActive, type Run, runQuery } from './runs'
import type { SeriesByName } from './series'

const COMPARED_MS = 10_000

/** So many runs the server lays beside each other. */
export const MOST_COMPARED = 20

type Table = Schemas['RunComparison']

/** One of the runs that are compared, as far as it could be read. */
export interface Compared {
  id: string
  /** What it is called; where several have one name, its id, which begins with it. */
  name: string
  run: Run | undefined
  series: SeriesByName | undefined
  error: Error | null
}

export interface Comparison {
  /** Those that are there. */
  runs: Compared[]
  /** The ids of those that are not there any more. */
  gone: string[]
  isPending: boolean
  /** Changes with the curves. */
  version: string
  table: Table | undefined
  error: Error | null
}

const comparisonQuery = (ids: string[]) =>
  queryOptions({
    queryKey: ['runs', 'compare', ids],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/runs/compare', { params: { query: { ids } }, signal })),
    select: withoutNames,
  })

/** What a run is called is no setting by which its outcome could differ. */
function withoutNames({ settings, ...found }: Table): Table {
  return {
    ...found,
    settings: Object.fromEntries(Object.entries(settings).filter(([key]) => key !== 'name')),
  }
}

/** Runs side by side: read again and again while one of them is active, and once more when it has ended. */
export function useComparison(ids: string[]): Comparison {
  const queries = useQueryClient()
  const runs = useQueries({ queries: ids.map((id) => runQuery(id)) })
  const active = ids.filter((_, index) => isWatched(runs[index]?.data))
  const every = (watched: boolean) => (watched ? COMPARED_MS : (false as const))
  const metrics = useQueries({
    queries: ids.map((id) => ({ ...metricsQuery(id), refetchInterval: every(active.includes(id)) })),
  })
  const table = useQuery({ ...comparisonQuery(ids), refetchInterval: every(active.length > 0) })
  const watched = active.join()

  useEffect(() => {
    if (watched === '') return
    return () => {
      void queries.invalidateQueries({ queryKey: ['runs', 'compare'] })
      for (const id of watched.split(','))
        void queries.invalidateQueries({ queryKey: ['run', id, 'metrics'] })
    }
  }, [watched, queries])

  const missing = table.data?.missing ?? []
  const gone = ids.filter((id, index) => missing.includes(id) || isGone(runs[index]?.error))
  const names = unlike(ids, (id, index) => runs[index]?.data?.name ?? id)
  const all = ids.map((id, index): Compared => {
    const { data: run, error } = runs[index] ?? {}
    const { data: measured, error: unread } = metrics[index] ?? {}
    return {
      id,
      name: names[index] ?? id,
      run,
      series: measured?.series,
      error: (run ? null : error) ?? (measured ? null : unread) ?? null,
    }
  })
  return {
    runs: all.filter(({ id }) => !gone.includes(id)),
    gone,
    isPending: metrics.some((one, index) => one.isPending && !gone.includes(ids[index] ?? '')),
    version: metrics.map(({ dataUpdatedAt }) => dataUpdatedAt).join(),
    table: table.data,
    error: table.error,
  }
}

function isWatched(run: Run | undefined): boolean {
  return run !== undefined && isActive(run)
}

function unlike(ids: readonly string[], nameOf: (id: string, index: number) => string): string[] {
  const names = ids.map(nameOf)
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : (ids[index] ?? name),
  )
}

/** The series that two runs or more have: what there is to lay over each other. */
export function inCommon(runs: readonly Compared[]): SeriesByName {
  const all = runs.flatMap(({ series }) => Object.entries(series ?? {}))
  const measured = all.filter(([, { values }]) => values.length > 0)
  const shared = measured.filter(([name], index) => measured.findIndex(([other]) => other === name) < index)
  return Object.fromEntries(shared)
}

/** How many held-out rows a metric of a run was counted over; `null` where its report does not say. */
export function rowsOf(run: Run | undefined, metric: string): number | null {
  const { metrics } = (run?.report ?? {}) as Partial<Report>
  return metrics?.[metric]?.n ?? null
}

/** The settings by which rows are held out. */
const HOLDS_OUT = [
  'dataset',
  'data.validation_dataset',
  'data.validation_split',
  'data.max_samples',
  'data.drop_duplicates',
  'seed',
]

/** Whether the runs were measured on rows that are not the same: then no score is better than another. */
export function rowsDiffer({ metrics, settings }: Table, runs: readonly Pick<Compared, 'run'>[]): boolean {
  const measured = Object.keys(metrics)
  if (measured.length === 0) return false
  if (HOLDS_OUT.some((key) => key in settings)) return true
  return measured.some((metric) => {
    const counts = runs.map(({ run }) => rowsOf(run, metric)).filter((count) => count !== null)
    return new Set(counts).size > 1
  })
}

export interface Gain {
  low: number
  high: number
  /** In which share of all cases the interval holds what is sought. */
  confidence: number
}

/** By how much a run's model differs from its base in a metric; `null` where its report does not say. */
export function gainOf(run: Run | undefined, metric: string): Gain | null {
  const { metrics, confidence } = (run?.report ?? {}) as Partial<Report>
  const [low, high] = metrics?.[metric]?.ci95 ?? []
  if (typeof low !== 'number' || typeof high !== 'number' || confidence === undefined) return null
  return { low, high, confidence }
}
