import { answer, api } from '@/lib/api/client'

const of = (id: string) => ({ params: { path: { run_id: id } } })

export const stopRun = (id: string) => answer(api.POST('/api/v1/runs/{run_id}/stop', of(id)))
export const resumeRun = (id: string) => answer(api.POST('/api/v1/runs/{run_id}/resume', of(id)))
export const deleteRun = (id: string) => answer(api.DELETE('/api/v1/runs/{run_id}', of(id)))

/** Give a waiting run the place right before another one. */
export const moveBefore = (id: string, before: string) =>
  answer(api.POST('/api/v1/runs/{run_id}/move', { ...of(id), body: { before } }))
