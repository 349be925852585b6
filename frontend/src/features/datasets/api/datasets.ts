import { queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

export type Dataset = Schemas['DatasetView']
export type Inspection = Schemas['InspectionView']
export type Shape = NonNullable<Dataset['shape']>
export type Row = Record<string, unknown>

/** `Problem` of the schema: one fault in the data, by line. */
export type DataProblem = Schemas['Problem']

export const SAMPLE = /^sample:/

export const datasetsQuery = () =>
  queryOptions({
    queryKey: ['datasets'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/datasets', { signal })),
  })

export const datasetQuery = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/datasets/{dataset_id}', { params: { path: { dataset_id: id } }, signal })),
  })

/** Some rows, long values cut to so many characters, or whole. */
export const rowsQuery = (id: string, offset: number, limit: number, characters: number | null) =>
  queryOptions({
    queryKey: ['dataset', id, 'rows', offset, limit, characters],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/datasets/{dataset_id}/rows', {
          params: { path: { dataset_id: id }, query: { offset, limit, characters } },
          signal,
        }),
      ),
    staleTime: 60_000,
  })

/** How columns are to be read: a shape, and which column stands for which of its own. */
export type Reading = Schemas['ShapeReading']

/** What a dataset is, and its first rows; read as a person says, where they say. */
export const inspectionQuery = (dataset: string, rows: number, reading: Reading | null = null) =>
  queryOptions({
    queryKey: ['dataset', dataset, 'inspection', rows, reading],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/datasets/inspect', {
          body: { dataset, rows, ...(reading ? { data: reading } : {}) } as Schemas['DatasetQuestion'],
          signal,
        }),
      ),
    staleTime: 60_000,
  })

export type Repeats = Schemas['RepeatsView']

/** Rows that occur again, in the dataset itself or in another. */
export const repeatsQuery = (dataset: string, among: string | null) =>
  queryOptions({
    queryKey: ['dataset', dataset, 'repeats', among],
    queryFn: ({ signal }) =>
      answer(api.POST('/api/v1/datasets/repeats', { body: { dataset, among }, signal })),
    staleTime: 600_000,
    gcTime: 600_000,
  })

export type UnfinishedUpload = Schemas['UploadView']

/** Files of which a part is on the server. */
export const uploadsQuery = () =>
  queryOptions({
    queryKey: ['uploads'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/uploads', { signal })),
  })

export const renameDataset = (id: string, name: string) =>
  answer(api.PATCH('/api/v1/datasets/{dataset_id}', { params: { path: { dataset_id: id } }, body: { name } }))

export const deleteDataset = (id: string) =>
  answer(api.DELETE('/api/v1/datasets/{dataset_id}', { params: { path: { dataset_id: id } } }))

export const chooseColumns = (id: string, body: Schemas['ColumnChoice']) =>
  answer(api.PUT('/api/v1/datasets/{dataset_id}/columns', { params: { path: { dataset_id: id } }, body }))
