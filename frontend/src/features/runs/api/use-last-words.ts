import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { isActive, type Run } from './runs'

/** The log and the checkpoints of a run that has just ended are read once more: nothing asks for them after that. */
export function useLastWords(run: Run): void {
  const { id } = run
  const active = isActive(run)
  const queries = useQueryClient()
  useEffect(() => {
    if (!active) return
    return () => {
      for (const part of ['log', 'checkpoints'])
        void queries.invalidateQueries({ queryKey: ['run', id, part] })
    }
  }, [active, id, queries])
}
