import { useQuery } from '@tanstack/react-query'

import { isGone } from '@/lib/api/problem'

import { modelQuery } from './models'
import { useLibrary } from './use-library'

const AT_ONCE = 100

/** The models that a select offers: the newest, what the server finds as one types, and the chosen one in any case. */
export function useModelChoices(chosen: string | null, enabled = true) {
  const { first, items, error, setText } = useLibrary(AT_ONCE, { enabled })
  const starters = first?.starters ?? []
  const isListed = [...items, ...starters].some(({ id }) => id === chosen)
  const { data: other, error: notFound } = useQuery({
    ...modelQuery(chosen ?? ''),
    enabled: enabled && chosen !== null && first !== undefined && !isListed,
  })
  const models = other && !isListed && !isGone(notFound) ? [other, ...items] : items
  return {
    models,
    starters,
    error,
    /** Whether the chosen one is not there: it was deleted, or never was. */
    isGone: !isListed && isGone(notFound),
    /** What is typed; a select also says so with the label of what was chosen, which is nothing to look for. */
    search: (text: string) => setText(models.some((one) => labelsOf(one).includes(text)) ? '' : text),
  }
}

function labelsOf({ id, name }: { id: string; name: string }): string[] {
  return [name, `${name} (${id})`]
}
