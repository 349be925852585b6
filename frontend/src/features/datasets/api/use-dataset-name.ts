import { useQuery } from '@tanstack/react-query'

import { datasetQuery, isStored } from './datasets'

/** What a dataset is called: one of the library by its owner, another by what it is named with; nothing until known. */
export function useDatasetName(dataset: string | null): string | null {
  const stored = dataset !== null && isStored(dataset)
  const { data, isPending } = useQuery({ ...datasetQuery(dataset ?? ''), enabled: stored })
  return data?.name ?? (stored && isPending ? null : dataset)
}
