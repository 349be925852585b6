import { queryOptions, useQuery } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

export type Run = Schemas['RunView']
export type RunStatus = Run['status']

export const WATCHED_MS = 3_000
export const IDLE_MS = 10_000

export const ACTIVE: RunStatus[] = ['queued', 'starting', 'running', 'finalizing', 'paused']

export function isActive(run: Pick<Run, 'status'>): boolean {
  return ACTIVE.includes(run.status)
}

/** Whether a process works on it now: only such a run may show progress that goes on. */
export function isWorking(run: Pick<Run, 'status'>): boolean {
  return run.status === 'starting' || run.status === 'running' || run.status === 'finalizing'
}

export const runsQuery = (limit = 50) =>
  queryOptions({
    queryKey: ['runs', { limit }],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/runs', { params: { query: { limit } }, signal })),
    refetchInterval: ({ state }) => (state.data?.items.some(isActive) ? WATCHED_MS : IDLE_MS),
  })

/** A run that has ended is looked at now and then: it may be resumed, or deleted, from elsewhere. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/runs/{run_id}', { params: { path: { run_id: id } }, signal })),
    refetchInterval: ({ state }) => (state.data && isActive(state.data) ? WATCHED_MS : IDLE_MS),
  })

export const queueQuery = () =>
  queryOptions({
    queryKey: ['queue'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/queue', { signal })),
    refetchInterval: WATCHED_MS,
  })

export function useActiveRunCount(): number {
  const { data } = useQuery({ ...runsQuery(), select: (page) => page.items.filter(isActive).length })
  return data ?? 0
}
