import { queryOptions, useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'

import { answer, api } from './client'

/** As many as the server gives out at once. */
const MOST = 200
const FRESH_MS = 30_000

type Named = readonly { id: string; name: string }[]

const byId = ({ items }: { items: Named }): ReadonlyMap<string, string> =>
  new Map(items.map(({ id, name }) => [id, name]))

const datasetNames = queryOptions({
  queryKey: ['datasets', 'names'],
  queryFn: async ({ signal }) => byId(await answer(api.GET('/api/v1/datasets', { signal }))),
  staleTime: FRESH_MS,
  retry: false,
})

const modelNames = queryOptions({
  queryKey: ['models', 'names'],
  queryFn: async ({ signal }) =>
    byId(await answer(api.GET('/api/v1/models', { params: { query: { limit: MOST } }, signal }))),
  staleTime: FRESH_MS,
  retry: false,
})

/** What datasets are called; one that is bundled, of the hub or not there any more is called by its id. */
export function useDatasetName(): (id: string) => string {
  const { data } = useQuery(datasetNames)
  return useCallback((id: string) => data?.get(id) ?? id, [data])
}

/** What models are called; one that is bundled, of the hub, not there any more or very old is called by its id. */
export function useModelName(): (id: string) => string {
  const { data } = useQuery(modelNames)
  return useCallback((id: string) => data?.get(id) ?? id, [data])
}
