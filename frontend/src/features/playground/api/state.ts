import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/lib/api/client'

export const playgroundQuery = () =>
  queryOptions({
    queryKey: ['playground'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/playground', { signal })),
    refetchInterval: 5_000,
  })

export const unloadModel = () => answer(api.POST('/api/v1/playground/unload'))
