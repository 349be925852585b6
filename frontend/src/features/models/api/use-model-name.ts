import { useQuery } from '@tanstack/react-query'

import { isOwn, modelQuery } from './models'

/** What a model is called: one of the library by its owner, another by what it is named with; nothing until known. */
export function useModelName(model: string | null): string | null {
  const own = model !== null && isOwn(model)
  const { data, isPending } = useQuery({ ...modelQuery(model ?? ''), enabled: own })
  return data?.name ?? (own && isPending ? null : model)
}
