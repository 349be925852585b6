import type { QueryClient } from '@tanstack/react-query'

/** After one was deleted: no list that is shown next has it, not even until it has been read again. */
export async function renewLists(queries: QueryClient, list: 'datasets' | 'models' | 'runs'): Promise<void> {
  queries.removeQueries({ queryKey: [list], type: 'inactive' })
  await queries.invalidateQueries({ queryKey: [list] })
}
