import { useSyncExternalStore } from 'react'

const TICK_MS = 5_000
const COARSE_MS = 30_000
const MINUTE_MS = 60_000

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let ticked = Date.now()

/** One clock for the whole page, which stands still while nobody looks at it. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(tick, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function tick(): void {
  ticked = Date.now()
  for (const listener of listeners) listener()
}

/** Draws anew every thirty seconds, and every five while `when` is less than a minute ago. */
export function useTicks(when: string | number | Date): void {
  const since = new Date(when).getTime()
  useSyncExternalStore(subscribe, () => {
    const isNear = Math.abs(ticked - since) < MINUTE_MS
    return Math.floor(ticked / (isNear ? TICK_MS : COARSE_MS))
  })
}
