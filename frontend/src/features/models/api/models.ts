import { queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

export type Model = Schemas['ModelView']
export type Starter = Schemas['StarterView']

export const modelsQuery = (limit = 100) =>
  queryOptions({
    queryKey: ['models', { limit }],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/models', { params: { query: { limit } }, signal })),
  })
