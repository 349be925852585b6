import { answer, api } from '@/lib/api/client'
import { useSearchedPages } from '@/lib/api/use-searched-pages'

import { IDLE_MS, isActive, type RunStatus, WATCHED_MS } from './runs'

const PAGE = 50
const SHORT = 5

/** All runs, or those in a state, the newest first; of a text, those whose name, id, model or dataset has it. */
export const useRunList = (status: RunStatus | null) =>
  useSearchedPages({
    queryKey: ['runs', { status }],
    narrowed: status !== null,
    fetch: (query, before, signal) =>
      answer(
        api.GET('/api/v1/runs', {
          params: {
            query: {
              limit: PAGE,
              query,
              ...(before ? { before } : {}),
              ...(status ? { status: [status] } : {}),
            },
          },
          signal,
        }),
      ),
    short: SHORT,
    // The more of them are shown, the more rarely they are asked for.
    refetchInterval: (pages) =>
      (pages.some(({ items }) => items.some(isActive)) ? WATCHED_MS : IDLE_MS) * Math.max(1, pages.length),
  })
