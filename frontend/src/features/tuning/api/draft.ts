import { useSyncExternalStore } from 'react'

/** What is being put together: survives a reload of this tab, and no longer. */
export interface Draft {
  dataset: string | null
  model: string | null
  /** Dotted key → the value that a person gave it; all else follows this machine's defaults. */
  chosen: Record<string, unknown>
  /** What the rows themselves ask for, before a person chooses; nothing as long as it is not known. */
  suited: Record<string, unknown> | null
  /** Whether the choices were made for other data than this, and nobody has said since that they are to stay. */
  carried: boolean
}

const KEY = 'modelforge-draft'
const EMPTY: Draft = { dataset: null, model: null, chosen: {}, suited: null, carried: false }

function load(): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Draft>) }
  } catch {
    return EMPTY
  }
}

/** Choices about the columns of one dataset, which say nothing of another's. */
const OF_THE_ROWS = ['data.shape', 'data.columns']

let draft: Draft = load()
const listeners = new Set<() => void>()

export function changeDraft(change: Partial<Draft>): void {
  const other = change.dataset !== undefined && change.dataset !== draft.dataset
  draft = { ...draft, ...(other ? onOtherRows() : {}), ...change }
  sessionStorage.setItem(KEY, JSON.stringify(draft))
  for (const listener of listeners) listener()
}

/** What becomes of the choices when other rows are taken; a change that brings choices along says so itself. */
function onOtherRows(): Pick<Draft, 'suited' | 'chosen' | 'carried'> {
  const chosen = without(...OF_THE_ROWS)
  const ofOthers = draft.dataset !== null && Object.keys(chosen).length > 0
  return { suited: null, chosen, carried: ofOthers || draft.carried }
}

/** Let all settings be what suits these rows and this machine. */
export function forgetSettings(): void {
  changeDraft({ chosen: {}, carried: false })
}

/**
 * Give one setting a value; a choice of what is trained, or how, lets the defaults that hang on it follow. The latest
 * choice stands last.
 */
export function chooseSetting(dotted: string, value: unknown): void {
  changeDraft({ chosen: { ...without(dotted), [dotted]: value } })
}

/** Take a choice back: the setting follows the rows and this machine again. */
export function forgetSetting(dotted: string): void {
  changeDraft({ chosen: without(dotted) })
}

function without(...dotted: string[]): Draft['chosen'] {
  return Object.fromEntries(Object.entries(draft.chosen).filter(([key]) => !dotted.includes(key)))
}

/** The settings that decide whether anything can be proposed at all. */
const DECISIVE = ['task', 'strategy.name', 'finetuning_type']

/** Of the choices that decide what can be proposed, the latest. */
export function latestDecision(chosen: Draft['chosen']): string | null {
  return (
    Object.keys(chosen)
      .reverse()
      .find((dotted) => DECISIVE.includes(dotted)) ?? null
  )
}

export function resetDraft(): void {
  changeDraft(EMPTY)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useDraft(): Draft {
  return useSyncExternalStore(subscribe, () => draft)
}
