import { answer, api } from '@/lib/api/client'
import { useSearchedPages } from '@/lib/api/use-searched-pages'

/** One's own models, the newest first; of a text, those whose name, id or base has it. */
export const useLibrary = (limit: number, enabled = true) =>
  useSearchedPages({
    queryKey: ['models', limit],
    fetch: (query, before, signal) =>
      answer(
        api.GET('/api/v1/models', {
          params: { query: { limit, query, ...(before ? { before } : {}) } },
          signal,
        }),
      ),
    short: limit,
    enabled,
  })

export type Library = ReturnType<typeof useLibrary>
