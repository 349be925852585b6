import { answer, api } from '@/lib/api/client'
import { useSearchedPages } from '@/lib/api/use-searched-pages'

interface Wanted {
  /** Only models that were made for it, as long as none is looked for by its name; nothing for all. */
  task?: string | null
  enabled?: boolean
}

/** One's own models, the newest first; of a text, those whose name, id or base has it. */
export const useLibrary = (limit: number, { task = null, enabled = true }: Wanted = {}) =>
  useSearchedPages({
    queryKey: ['models', limit, task],
    fetch: (query, before, signal) =>
      answer(
        api.GET('/api/v1/models', {
          params: {
            query: {
              limit,
              query,
              ...(task !== null && query === '' ? { task } : {}),
              ...(before ? { before } : {}),
            },
          },
          signal,
        }),
      ),
    short: limit,
    enabled,
  })

export type Library = ReturnType<typeof useLibrary>
