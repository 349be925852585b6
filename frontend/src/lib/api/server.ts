import { queryOptions, useQuery } from '@tanstack/react-query'

import { answer, api } from './client'

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

/** `api-token` in the server's home, as that machine writes paths. */
export function tokenFileIn(home: string): string {
  return home + (home.includes('\\') ? '\\' : '/') + 'api-token'
}

/** The file with the API token; nothing for those whom the server does not tell where its home is. */
export function useTokenFile(): string | null {
  const { data: caller } = useQuery(callerQuery())
  const isAdmin = caller?.scopes.includes('admin') ?? false
  const { data } = useQuery({ ...settingsQuery(), enabled: isAdmin })
  return data ? tokenFileIn(data.home) : null
}
