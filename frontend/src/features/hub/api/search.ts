import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/lib/api/client'

export const hubModelsQuery = (text: string) =>
  queryOptions({
    queryKey: ['hub', 'models', text],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/hub/models', { params: { query: { query: text, limit: 12 } }, signal })),
    staleTime: 60_000,
    retry: false,
  })
