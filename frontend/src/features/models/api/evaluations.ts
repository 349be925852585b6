import { queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

import { IDLE_MS } from './models'

export type EvaluationJob = Schemas['EvaluationJob']
export type EvaluationRequest = Schemas['EvaluationRequest']

const WATCHED_MS = 1_000

export const evaluationsQuery = () =>
  queryOptions({
    queryKey: ['evaluations'],
    queryFn: async ({ signal }) =>
      (await answer(api.GET('/api/v1/evaluations', { signal }))) as EvaluationJob[],
    refetchInterval: ({ state }) =>
      state.data?.some((job) => job.status === 'running') ? WATCHED_MS : IDLE_MS,
  })

export const startEvaluation = (wanted: EvaluationRequest) =>
  answer(api.POST('/api/v1/evaluations', { body: wanted }))

export const stopEvaluation = (id: string) =>
  answer(api.POST('/api/v1/evaluations/{evaluation_id}/stop', { params: { path: { evaluation_id: id } } }))
