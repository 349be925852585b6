import { queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

export type HubJob = Schemas['HubJob']
export type Visibility = Schemas['PushRequest']['visibility']

const WATCHED_MS = 1_500
/** How often it is looked at what another tab, or a terminal, may have begun. */
const IDLE_MS = 10_000
const of = (id: string) => ({ params: { path: { job_id: id } } })

export function isOpen(job: HubJob): boolean {
  return job.status === 'queued' || job.status === 'running'
}

export const hubJobsQuery = () =>
  queryOptions({
    queryKey: ['hub', 'jobs'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/hub/jobs', { signal })),
    refetchInterval: ({ state }) => (state.data?.some(isOpen) ? WATCHED_MS : IDLE_MS),
  })

export const pushModel = (body: Schemas['PushRequest']) => answer(api.POST('/api/v1/hub/pushes', { body }))
export const retryJob = (id: string) => answer(api.POST('/api/v1/hub/jobs/{job_id}/retry', of(id)))
export const forgetJob = (id: string) => answer(api.DELETE('/api/v1/hub/jobs/{job_id}', of(id)))
export const cancelJob = (id: string) => answer(api.POST('/api/v1/hub/jobs/{job_id}/cancel', of(id)))
