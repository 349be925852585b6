import type { RunEvent } from './run-events'

/** A stage of a run with what happened in it; or, without a stage, what happened between two of them. */
export interface Chapter {
  stage: RunEvent | null
  events: RunEvent[]
  /** How long the stage took, in seconds; `null` while it goes on, and where there is none. */
  seconds: number | null
}

const HAPPENED = new Set(['checkpoint', 'notice', 'error', 'model'])

/** States in which a process works on the run: a stage goes on through them. */
const WORKING = new Set(['starting', 'running', 'finalizing'])

/** Events → chapters, in order. A stage lasts until the next one, an error, or a state in which nothing works on it. */
export function chaptersOf(events: readonly RunEvent[]): Chapter[] {
  const chapters: Chapter[] = []
  let open: Chapter | null = null
  for (const [index, event] of events.entries()) {
    const before = events[index - 1]
    const ended = ends(event)
    if (ended) close(open, event.time)
    if (event.kind === 'stage') {
      open = { stage: event, events: [], seconds: null }
      chapters.push(open)
    } else if (happened(event, before)) {
      if (open) open.events.push(event)
      else chapters.push({ stage: null, events: [event], seconds: null })
    }
    if (ended && event.kind !== 'stage') open = null
  }
  return chapters
}

function close(chapter: Chapter | null, time: number): void {
  if (chapter?.stage) chapter.seconds = time - chapter.stage.time
}

function ends({ kind, data }: RunEvent): boolean {
  return kind === 'stage' || kind === 'error' || (kind === 'state' && !WORKING.has(String(data['status'])))
}

/** Whether it is worth a word; a state is where it has a reason that no notice right before it has told. */
function happened({ kind, data, epoch }: RunEvent, before: RunEvent | undefined): boolean {
  if (kind !== 'state') return HAPPENED.has(kind)
  return Boolean(data['reason']) && !(before?.kind === 'notice' && before.epoch === epoch)
}

/** How often a worker has begun. The numbers of the attempts leave some out, which only order them. */
export function attemptsOf(events: readonly RunEvent[]): number {
  const begun = events.filter(({ kind, data }) => kind === 'state' && data['status'] === 'starting')
  return new Set(begun.map(({ epoch }) => epoch)).size
}

/**
 * How long workers were at a run, in seconds: what it waited, or was stopped, does not count. An attempt that died
 * counts up to the last that it told. `finished` is when the run ended; nothing where no worker has told anything.
 */
export function secondsOfWork(events: readonly RunEvent[], finished: string | null): number | null {
  let [seconds, begun, last] = [0, null as number | null, 0]
  const end = (time: number) => {
    if (begun !== null) seconds += Math.max(0, time - begun)
    begun = null
  }
  for (const { kind, data, time } of events) {
    if (kind === 'state') {
      const status = String(data['status'])
      if (!WORKING.has(status)) end(time)
      else if (status === 'starting' || begun === null) {
        end(last)
        begun = time
      }
    }
    last = time
  }
  end(finished === null ? last : new Date(finished).getTime() / 1000)
  return seconds > 0 ? seconds : null
}

/** How far the work inside a stage is: answers that are written, or bytes of the model that are here. */
export interface Part {
  kind: 'generation' | 'download'
  done: number
  total: number
}

/** Read while it goes on, and no longer. */
export function partOf(events: readonly RunEvent[]): Part | null {
  const last = events[events.length - 1]
  if (last?.kind !== 'generation' && last?.kind !== 'download') return null
  const { done, total } = last.data
  return typeof done === 'number' && typeof total === 'number' ? { kind: last.kind, done, total } : null
}
