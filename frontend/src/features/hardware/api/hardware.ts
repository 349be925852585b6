import { queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/lib/api/client'

export type Hardware = Schemas['Hardware']
export type LiveHardware = Schemas['LiveHardwareView']
export type RecommendedModel = Schemas['RecommendedModel']

const LOOK_MS = 4_000

export const hardwareQuery = () =>
  queryOptions({
    queryKey: ['hardware'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/hardware', { signal })),
    staleTime: 60_000,
  })

export const liveHardwareQuery = () =>
  queryOptions({
    queryKey: ['hardware', 'live'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/hardware/live', { signal })),
    refetchInterval: LOOK_MS,
  })

export const recommendedQuery = (task?: string) =>
  queryOptions({
    queryKey: ['hardware', 'models', task ?? null],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/hardware/models', { params: { query: { task: task ?? null } }, signal })),
    staleTime: 60_000,
  })
