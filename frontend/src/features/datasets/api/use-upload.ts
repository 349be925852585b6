import { notifications } from '@mantine/notifications'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import i18next from 'i18next'
import { useEffect, useSyncExternalStore } from 'react'

import type { Dataset } from './datasets'
import { giveUp, upload } from './upload'

export type UploadState =
  | { phase: 'idle' }
  | { phase: 'sending'; file: File; sent: number; waiting: boolean }
  | { phase: 'checking'; file: File; sent: number; waiting: boolean }
  | { phase: 'refused'; file: File; error: Error }

type Taker = (dataset: Dataset) => void

let state: UploadState = { phase: 'idle' }
let control: AbortController | null = null
let begun: string | null = null
let dropping: Promise<void> = Promise.resolve()
const listeners = new Set<() => void>()
const takers = new Set<Taker>()

function isBusy(now: UploadState): now is Extract<UploadState, { sent: number }> {
  return now.phase === 'sending' || now.phase === 'checking'
}

function stay(event: BeforeUnloadEvent): void {
  event.preventDefault()
}

function become(next: UploadState): void {
  if (isBusy(next) && !isBusy(state)) window.addEventListener('beforeunload', stay)
  if (!isBusy(next)) window.removeEventListener('beforeunload', stay)
  state = next
  for (const listener of listeners) listener()
}

/** Say something on whatever page one is; this is the only place that does. */
function tell(message: string): void {
  notifications.show({ message, closeButtonProps: { 'aria-label': i18next.t('common.close') } })
}

async function send(file: File, queries: QueryClient): Promise<void> {
  if (isBusy(state)) return
  const mine = new AbortController()
  control = mine
  begun = null
  become({ phase: 'sending', file, sent: 0, waiting: false })
  try {
    await dropping
    const dataset = await upload(file, {
      signal: mine.signal,
      onBegun: (id) => {
        if (mine.signal.aborted) void giveUp(id)
        else begun = id
      },
      onWaiting: (waiting) => {
        if (isBusy(state) && state.waiting !== waiting) become({ ...state, waiting })
      },
      onProgress: (sent) => {
        if (!mine.signal.aborted)
          become({ phase: sent < file.size ? 'sending' : 'checking', file, sent, waiting: false })
      },
    })
    if (mine.signal.aborted) return
    become({ phase: 'idle' })
    await queries.invalidateQueries({ queryKey: ['datasets'] })
    if (takers.size === 0) tell(i18next.t('data.addedFile', { name: dataset.name }))
    for (const taker of [...takers]) taker(dataset)
  } catch (error) {
    if (!mine.signal.aborted) become({ phase: 'refused', file, error: error as Error })
  } finally {
    await queries.invalidateQueries({ queryKey: ['uploads'] })
  }
}

/** Stop, and have the server forget what it has. */
function cancel(): void {
  if (begun !== null) dropping = giveUp(begun)
  forgetUpload()
}

/** Stop; what the server has stays there for its owner. */
export function forgetUpload(): void {
  control?.abort()
  become({ phase: 'idle' })
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/**
 * The upload of this tab: one at a time, the same on every page. It goes on while a person looks at others; `onDone` is
 * called only while the page that gave it is there.
 */
export function useUpload(onDone: Taker) {
  const queries = useQueryClient()
  const now = useSyncExternalStore(subscribe, () => state)
  useEffect(() => {
    takers.add(onDone)
    return () => void takers.delete(onDone)
  }, [onDone])
  return { state: now, send: (file: File) => send(file, queries), cancel, reset: forgetUpload }
}
