import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/lib/api/client'

export const hubTokenQuery = () =>
  queryOptions({
    queryKey: ['hub', 'token'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/hub/token', { signal })),
  })

export const keepHubToken = (token: string) => answer(api.PUT('/api/v1/hub/token', { body: { token } }))

export const forgetHubToken = () => answer(api.DELETE('/api/v1/hub/token'))
