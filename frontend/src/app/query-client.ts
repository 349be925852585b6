import { QueryClient } from '@tanstack/react-query'

import { Problem, Unreachable } from '@/lib/api/problem'

const MOST_TRIES = 2

/** A refusal stays a refusal, and a lost server is waited for elsewhere: only what may be chance is tried again. */
function worthAnotherTry(count: number, error: Error): boolean {
  if (error instanceof Unreachable) return false
  if (error instanceof Problem) return error.status >= 500 && count < MOST_TRIES
  return count < MOST_TRIES
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthAnotherTry, staleTime: 2_000 },
    mutations: { retry: false },
  },
})
