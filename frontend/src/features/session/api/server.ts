import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/lib/api/client'

const LONG_MS = 300_000

export const callerQuery = () =>
  queryOptions({
    queryKey: ['session'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/session', { signal })),
    staleTime: LONG_MS,
  })

export const versionQuery = () =>
  queryOptions({
    queryKey: ['version'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/version', { signal })),
    staleTime: LONG_MS,
  })

export const settingsQuery = () =>
  queryOptions({
    queryKey: ['settings'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/settings', { signal })),
    staleTime: LONG_MS,
  })
