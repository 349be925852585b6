import { queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

import { isUnderWay } from './jobs'
import { IDLE_MS } from './models'

export type Export = Schemas['ExportView']
export type ExportRequest = Schemas['ExportRequest']

/** A kind of file, and what its weights are held in, as one choice: `gguf q8_0`. */
export const CHOICES = [
  'gguf f16',
  'gguf q8_0',
  'gguf q4_0',
  'safetensors auto',
  'safetensors float16',
  'safetensors bfloat16',
  'safetensors float32',
] as const
export type Choice = (typeof CHOICES)[number]

const WATCHED_MS = 2_000
const of = (id: string) => ({ path: { export_id: id } })

export function requestOf(model: string, choice: Choice): ExportRequest {
  const [format, numbers] = choice.split(' ')
  return format === 'gguf'
    ? { model_id: model, format, quantization: numbers as ExportRequest['quantization'] }
    : { model_id: model, format: 'safetensors', dtype: numbers as ExportRequest['dtype'] }
}

export const exportsQuery = () =>
  queryOptions({
    queryKey: ['exports'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/exports', { signal })),
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? WATCHED_MS : IDLE_MS),
  })

export const startExport = (wanted: ExportRequest) => answer(api.POST('/api/v1/exports', { body: wanted }))

export const stopExport = (id: string) =>
  answer(api.POST('/api/v1/exports/{export_id}/stop', { params: of(id) }))

export const deleteExport = (id: string) =>
  answer(api.DELETE('/api/v1/exports/{export_id}', { params: of(id) }))

/** Where the browser fetches one file of an export. */
export const linkToExport = (id: string, name: string) =>
  answer(
    api.GET('/api/v1/exports/{export_id}/files/{name}/link', { params: { path: { export_id: id, name } } }),
  )
