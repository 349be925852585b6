import { queryOptions, useQuery } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

export type Run = Schemas['RunView']
export type RunStatus = Run['status']

export const WATCHED_MS = 3_000
export const IDLE_MS = 10_000
/** As many as the server gives out at once. */
const MOST = 200

export const ACTIVE: RunStatus[] = ['queued', 'starting', 'running', 'finalizing', 'paused']

/** Every state, in the order in which a run goes through them. */
export const STATES: RunStatus[] = [...ACTIVE, 'succeeded', 'failed', 'stopped']

export function isActive(run: Pick<Run, 'status'>): boolean {
  return ACTIVE.includes(run.status)
}

/** Whether a process works on it now: only such a run may show progress that goes on. */
export function isWorking(run: Pick<Run, 'status'>): boolean {
  return run.status === 'starting' || run.status === 'running' || run.status === 'finalizing'
}

/** Whether its trainer goes through the steps: only then does the last progress say where the run is. */
export function isTraining({ status, doing }: Pick<Run, 'status' | 'doing'>): boolean {
  return status === 'running' && (!doing || doing === 'train')
}

export const runsQuery = (limit = 50) =>
  queryOptions({
    queryKey: ['runs', { limit }],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/runs', { params: { query: { limit } }, signal })),
    refetchInterval: ({ state }) => (state.data?.items.some(isActive) ? WATCHED_MS : IDLE_MS),
  })

/** The runs that wait or are worked on, however many have been started since, and how many they are. */
export const activeRunsQuery = () =>
  queryOptions({
    queryKey: ['runs', 'active'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/runs', { params: { query: { limit: MOST, status: ACTIVE } }, signal })),
    refetchInterval: ({ state }) => (state.data?.total ? WATCHED_MS : IDLE_MS),
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

/** What a run that is started now would wait for. */
export const aheadQuery = () =>
  queryOptions({
    queryKey: ['queue', 'ahead'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/queue/ahead', { signal })),
    refetchInterval: WATCHED_MS,
  })

export function useActiveRunCount(): number {
  const { data } = useQuery({ ...activeRunsQuery(), select: (page) => page.total })
  return data ?? 0
}
