import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'

import { listen } from '@/lib/stream/event-stream'

import { LiveRun } from './live-run'
import { historyQuery, type RunEvent } from './run-events'
import { isActive, type Run } from './runs'
import { type Sampled, sampledOf } from './samples'
import type { SeriesByName } from './series'

const REDRAW_MS = 250
const NOTHING: readonly RunEvent[] = []

export interface RunLive {
  /** Another mapping whenever points have come in; the series in it are those of before, with more points. */
  series: SeriesByName
  told: readonly RunEvent[]
  sampled: Sampled[]
  /** Changes with what has come in, so that a chart knows when to draw. */
  version: string
}

/**
 * A run's curves and story: what is stored, and then every event behind it as it happens. Events are gathered for a
 * quarter of a second, so that a quick run costs no more drawing than a slow one. A run that is taken up again, here or
 * elsewhere, is heard from where it was left. Nothing is asked for until it is `wanted`.
 */
export function useRunLive(run: Run, wanted = true): RunLive & { known: boolean; error: Error | null } {
  const { id } = run
  const active = isActive(run)
  const queries = useQueryClient()
  const { data: history, dataUpdatedAt, error } = useQuery({ ...historyQuery(id), enabled: wanted })
  const live = useMemo(() => (history ? new LiveRun(history) : null), [history])
  const [count, setCount] = useState(0)
  const version = `${dataUpdatedAt}:${count}`

  useEffect(() => {
    if (!active || live === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let moved = false
    let progress: RunEvent['data'] | undefined
    const redraw = () => {
      timer = undefined
      if (progress) queries.setQueryData<Run>(['run', id], (now) => now && { ...now, progress })
      if (moved) void queries.invalidateQueries({ queryKey: ['run', id], exact: true })
      moved = false
      setCount((now) => now + 1)
    }
    const stop = listen(`/api/v1/runs/${id}/events`, {
      after: live.last,
      onEvent: ({ data }) => {
        const event = data as RunEvent
        live.take(event)
        moved ||= event.kind === 'state' || event.kind === 'stage'
        if (event.kind === 'progress') progress = event.data
        timer ??= setTimeout(redraw, REDRAW_MS)
      },
      onEnd: () => {
        clearTimeout(timer)
        redraw()
        void queries.invalidateQueries({ queryKey: ['run', id], exact: true })
        void queries.invalidateQueries({ queryKey: ['runs'] })
        void queries.invalidateQueries({ queryKey: ['models'] })
      },
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [active, id, queries, live])

  // A run that has ended is read once more as it is stored: the stream may be closed before its last words.
  useEffect(() => {
    if (!active) return
    return () => void queries.invalidateQueries({ queryKey: ['run', id, 'history'] })
  }, [active, id, queries])

  const told = live?.told ?? NOTHING
  return {
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `version` says when its series have grown
    series: useMemo(() => ({ ...live?.series }), [live, version]),
    told: useMemo(() => told.filter(({ kind }) => kind !== 'samples'), [told]),
    sampled: useMemo(() => sampledOf(told), [told]),
    version,
    known: live !== null,
    error,
  }
}
