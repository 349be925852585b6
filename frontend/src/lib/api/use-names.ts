import { queryOptions, skipToken, useQuery } from '@tanstack/react-query'

import { answer, api } from './client'
import { isOfLibrary } from './library'

/** As many as the server gives out at once. */
const MOST = 200
const FRESH_MS = 30_000

interface Named {
  id: string
  name: string
}

/** Where the names of one kind are told: those of many at once, and that of one which is not among them. */
interface Source {
  kind: 'datasets' | 'models'
  many: (signal: AbortSignal) => Promise<{ items: readonly Named[] }>
  one: (id: string, signal: AbortSignal) => Promise<Named>
}

const DATASETS: Source = {
  kind: 'datasets',
  many: (signal) => answer(api.GET('/api/v1/datasets', { signal })),
  one: (id, signal) =>
    answer(api.GET('/api/v1/datasets/{dataset_id}', { params: { path: { dataset_id: id } }, signal })),
}

const MODELS: Source = {
  kind: 'models',
  many: (signal) => answer(api.GET('/api/v1/models', { params: { query: { limit: MOST } }, signal })),
  one: (id, signal) =>
    answer(api.GET('/api/v1/models/{model_id}', { params: { path: { model_id: id } }, signal })),
}

const namesQuery = ({ kind, many }: Source) =>
  queryOptions({
    queryKey: [kind, 'names'],
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, string>> =>
      new Map((await many(signal)).items.map(({ id, name }) => [id, name])),
    staleTime: FRESH_MS,
    retry: false,
  })

const nameQuery = ({ kind, one }: Source, id: string | null) =>
  queryOptions({
    queryKey: [kind, 'names', id],
    queryFn: id === null ? skipToken : async ({ signal }) => (await one(id, signal)).name,
    staleTime: FRESH_MS,
    retry: false,
  })

/** One of the library by its owner, and another, or what is not there any more, by its id; nothing until known. */
function useName(source: Source, id: string | null): string | null {
  const own = id !== null && isOfLibrary(id)
  const many = useQuery({ ...namesQuery(source), enabled: own })
  const listed = id === null ? undefined : many.data?.get(id)
  const isMissing = own && !many.isPending && listed === undefined
  const one = useQuery(nameQuery(source, isMissing ? id : null))
  const name = listed ?? one.data
  return name ?? (own && (many.isPending || one.isPending) ? null : id)
}

/** What a dataset is called; nothing until that is known. */
export const useDatasetName = (id: string | null): string | null => useName(DATASETS, id)

/** What a model is called; nothing until that is known. */
export const useModelName = (id: string | null): string | null => useName(MODELS, id)
