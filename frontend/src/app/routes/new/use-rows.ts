import { type Look, useShape } from '@/features/datasets/api/use-shape'
import type { Draft } from '@/features/tuning/api/draft'

/** The rows that are chosen, as they are read: as a person says, else as they look. */
export function useRows({ dataset, chosen }: Pick<Draft, 'dataset' | 'chosen'>): Look {
  const look = useShape(dataset)
  const said = chosen['data.shape']
  if (typeof said !== 'string' || said === 'auto') return look
  return { ...look, known: true, shape: said as Look['shape'] }
}
