import { createParser } from 'eventsource-parser'

import { connection } from '@/lib/api/connection'
import { problemOf } from '@/lib/api/problem'
import { readToken } from '@/lib/session/session'

import { inTime, piecesOf } from './silence'

export interface StreamEvent {
  id: number | null
  kind: string
  data: unknown
}

interface StreamOptions {
  /** The last event that is known already; the stream goes on behind it. */
  after: number
  onEvent: (event: StreamEvent) => void
  /** The server has said that nothing more will come. */
  onEnd: () => void
  onRefused?: (error: Error) => void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8_000

/**
 * Server-sent events over `fetch`, since `EventSource` sends no token. Goes on behind the last event after every
 * break, so that each event arrives once, and takes a long silence for one; sleeps while the page is hidden, so that
 * many tabs share few connections.
 *
 * @returns what ends it.
 */
export function listen(path: string, { after, onEvent, onEnd, onRefused }: StreamOptions): () => void {
  let last = after
  let wait = FIRST_WAIT_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | null = null
  let over = false

  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      if (event === 'end') {
        over = true
        return
      }
      const number = id === undefined ? null : Number(id)
      if (number !== null && number <= last) return
      if (number !== null) last = number
      onEvent({ id: number, kind: event ?? 'message', data: JSON.parse(data) as unknown })
    },
  })

  async function read(signal: AbortSignal): Promise<void> {
    const headers = {
      Accept: 'text/event-stream',
      Authorization: `Bearer ${readToken() ?? ''}`,
      'Last-Event-ID': String(last),
    }
    const response = await inTime(fetch(path, { headers, cache: 'no-store', signal }))
    if (!response.ok || response.body === null) {
      over = response.status < 500
      const error = problemOf(response, await response.json().catch(() => null))
      if (over) onRefused?.(error)
      return
    }
    wait = FIRST_WAIT_MS
    connection.reached()
    parser.reset()
    for await (const piece of piecesOf(response.body)) parser.feed(piece)
  }

  async function run(): Promise<void> {
    const controller = new AbortController()
    running = controller
    try {
      await read(controller.signal)
    } catch {
      if (!controller.signal.aborted) connection.lost()
    }
    if (controller.signal.aborted) return
    controller.abort()
    running = null
    if (over) onEnd()
    else {
      timer = setTimeout(() => void run(), wait)
      wait = Math.min(wait * 2, LONGEST_WAIT_MS)
    }
  }

  function follow(): void {
    clearTimeout(timer)
    if (document.hidden) {
      running?.abort()
      running = null
    } else if (running === null && !over) void run()
  }

  document.addEventListener('visibilitychange', follow)
  follow()
  return () => {
    document.removeEventListener('visibilitychange', follow)
    over = true
    clearTimeout(timer)
    running?.abort()
  }
}
