import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { listen } from '@/lib/stream/event-stream'

import { isTold, metricsQuery, type RunEvent, samplesQuery, toldQuery } from './run-events'
import { isActive, type Run } from './runs'
import { type Sampled, sampledOf } from './samples'
import { addPoint, type SeriesByName } from './series'

const REDRAW_MS = 250

export interface RunLive {
  series: SeriesByName
  told: RunEvent[]
  sampled: Sampled[]
  /** Counts what has come in, so that a chart knows when to draw. */
  version: number
}

/**
 * A run's curves and story: what is stored, and then every event behind it as it happens. Events are gathered for a
 * quarter of a second, so that a quick run costs no more drawing than a slow one.
 */
export function useRunLive(run: Run): RunLive & { pending: boolean; error: Error | null } {
  const { id } = run
  const active = isActive(run)
  const queries = useQueryClient()
  const metrics = useQuery(metricsQuery(id))
  const told = useQuery(toldQuery(id))
  const samples = useQuery(samplesQuery(id))
  const [version, setVersion] = useState(0)
  const news = useRef<RunEvent[]>([])
  const start = metrics.data?.lastSeq
  const series = metrics.data?.series

  useEffect(() => {
    if (!active || start === undefined || series === undefined) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const redraw = () => {
      timer = undefined
      setVersion((now) => now + 1)
    }
    const stop = listen(`/api/v1/runs/${id}/events`, {
      after: start,
      onEvent: ({ kind, data }) => {
        const event = data as RunEvent
        if (kind === 'progress' || kind === 'evaluation') addPoint(series, kind, event.data)
        if (kind === 'progress')
          queries.setQueryData<Run>(['run', id], (now) => now && { ...now, progress: event.data })
        if (kind === 'state') void queries.invalidateQueries({ queryKey: ['run', id], exact: true })
        if (isTold(kind)) news.current.push(event)
        timer ??= setTimeout(redraw, REDRAW_MS)
      },
      onEnd: () => {
        void queries.invalidateQueries({ queryKey: ['run', id], exact: true })
        void queries.invalidateQueries({ queryKey: ['runs'] })
        void queries.invalidateQueries({ queryKey: ['models'] })
      },
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [active, id, queries, series, start])

  return {
    series: series ?? {},
    // eslint-disable-next-line react-hooks/refs -- `version` says when it has changed
    told: withNews(told.data, news.current).filter(({ kind }) => kind !== 'samples'),
    // eslint-disable-next-line react-hooks/refs -- as above
    sampled: sampledOf(withNews(samples.data, news.current)),
    version,
    pending: metrics.isPending,
    error: metrics.error ?? told.error,
  }
}

/** What was known when the page was opened, and what has been said since. */
function withNews(known: readonly RunEvent[] = [], news: readonly RunEvent[]): RunEvent[] {
  const last = known[known.length - 1]?.seq ?? 0
  return [...known, ...news.filter((event) => event.seq > last)]
}
