import { queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

import { isUnderWay } from './jobs'

export type Model = Schemas['ModelView']
export type ModelDetail = Schemas['ModelDetail']
export type ModelPage = Schemas['ModelPage']
export type Starter = Schemas['StarterView']
export type Merge = Schemas['MergeJob']

const WATCHED_MS = 2_000
/** How often it is looked at what another tab, or a terminal, may have begun. */
export const IDLE_MS = 10_000
const of = (id: string) => ({ path: { model_id: id } })

export const modelsQuery = (limit = 100) =>
  queryOptions({
    queryKey: ['models', { limit }],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/models', { params: { query: { limit } }, signal })),
    refetchInterval: IDLE_MS,
  })

export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: ['model', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/models/{model_id}', { params: of(id), signal })),
  })

export const mergesQuery = () =>
  queryOptions({
    queryKey: ['merges'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/merges', { signal })),
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? WATCHED_MS : IDLE_MS),
  })

export const renameModel = (id: string, name: string) =>
  answer(api.PATCH('/api/v1/models/{model_id}', { params: of(id), body: { name } }))

export const deleteModel = (id: string) => answer(api.DELETE('/api/v1/models/{model_id}', { params: of(id) }))

export const mergeModel = (id: string, body: Schemas['MergeRequest'] = { dtype: 'auto' }) =>
  answer(api.POST('/api/v1/models/{model_id}/merge', { params: of(id), body }))

export const stopMerge = (id: string) =>
  answer(api.POST('/api/v1/merges/{job_id}/stop', { params: { path: { job_id: id } } }))

export const forgetMerge = (id: string) =>
  answer(api.DELETE('/api/v1/merges/{job_id}', { params: { path: { job_id: id } } }))

/** Where the browser fetches the model's folder as a zip file. */
export const linkToModel = (id: string) =>
  answer(api.GET('/api/v1/models/{model_id}/download/link', { params: of(id) }))
