import { queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

import { isUnderWay } from './jobs'
import { IDLE_MS } from './models'

export type EvaluationJob = Schemas['EvaluationJob']
export type EvaluationRequest = Schemas['EvaluationRequest']

const WATCHED_MS = 1_000
const of = (id: string) => ({ params: { path: { evaluation_id: id } } })

export const evaluationsQuery = () =>
  queryOptions({
    queryKey: ['evaluations'],
    queryFn: async ({ signal }) =>
      (await answer(api.GET('/api/v1/evaluations', { signal }))) as EvaluationJob[],
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? WATCHED_MS : IDLE_MS),
  })

export const startEvaluation = (wanted: EvaluationRequest) =>
  answer(api.POST('/api/v1/evaluations', { body: wanted }))

export const stopEvaluation = (id: string) =>
  answer(api.POST('/api/v1/evaluations/{evaluation_id}/stop', of(id)))

export const deleteEvaluation = (id: string) =>
  answer(api.DELETE('/api/v1/evaluations/{evaluation_id}', of(id)))
