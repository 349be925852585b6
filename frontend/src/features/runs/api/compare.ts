import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/lib/api/client'

export const comparisonQuery = (ids: string[]) =>
  queryOptions({
    queryKey: ['runs', 'compare', ids],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/runs/compare', { params: { query: { ids } }, signal })),
  })
