import { useQuery } from '@tanstack/react-query'

import { datasetQuery, inspectionQuery, SAMPLE, type Shape } from './datasets'

/** Rows of a dataset that is not in the library, as many as its first pages show. */
export const LOOKED_AT = 50

export interface Look {
  /** Whether the rows were looked at; a look that failed tells nothing. */
  known: boolean
  shape: Shape | null
  error: Error | null
}

/** The shape of a dataset's rows: of the library's as it was read, of another's as its first rows tell. */
export function useShape(dataset: string | null): Look {
  const outside = dataset !== null && (SAMPLE.test(dataset) || dataset.startsWith('hub:'))
  const stored = useQuery({ ...datasetQuery(dataset ?? ''), enabled: dataset !== null && !outside })
  const looked = useQuery({ ...inspectionQuery(dataset ?? '', LOOKED_AT), enabled: outside })
  const shape = outside ? looked.data?.report.shape : stored.data?.shape
  const { isSuccess, error } = outside ? looked : stored
  return { known: isSuccess, shape: shape ?? null, error }
}
