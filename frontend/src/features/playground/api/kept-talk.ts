import { useEffect, useState } from 'react'

import type { Sampling } from './ask'
import type { Input, Prediction } from './predict'
import { GREEDY } from './sampling'
import type { Answer, Exchange } from './use-conversation'

/** What was said with a model, and how it is asked: survives a reload of this tab, and no longer. */
export interface Talk {
  exchanges: Exchange[]
  system: string
  /** As it was typed, which may be no JSON yet. */
  tools: string
  sampling: Sampling
  /** What a model that reads was given, and what it said of what it was asked last. */
  reading: Reading
}

export interface Reading {
  texts: Partial<Record<keyof Input, string>>
  said: { input: Input; prediction: Prediction } | null
}

const KEY = 'modelforge-talks'
const EMPTY: Talk = {
  exchanges: [],
  system: '',
  tools: '',
  sampling: GREEDY,
  reading: { texts: {}, said: null },
}
/** Models whose talks are kept, the latest ones; a browser keeps about five million letters. */
const MOST_TALKS = 8
const MOST_LETTERS = 150_000
/** An answer comes in many pieces, which are not written down one by one. */
const QUIET_MS = 500

/** Model → its talk, the latest last. */
let talks: Record<string, Talk> = load()
let timer: ReturnType<typeof setTimeout> | undefined

function load(): Record<string, Talk> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Record<string, Talk>
  } catch {
    return {}
  }
}

function store(): void {
  clearTimeout(timer)
  timer = undefined
  try {
    sessionStorage.setItem(KEY, JSON.stringify(talks))
  } catch {
    sessionStorage.removeItem(KEY) // the tab is full: better no talk than an old one
  }
}

window.addEventListener('pagehide', () => {
  if (timer !== undefined) store()
})

export function talkWith(model: string | null): Talk {
  return { ...EMPTY, ...(model === null ? {} : talks[model]) }
}

function keep(model: string | null, part: Partial<Talk>): void {
  if (model === null) return
  const { [model]: before = EMPTY, ...others } = talks
  const latest = Object.entries(others).slice(1 - MOST_TALKS)
  talks = { ...Object.fromEntries(latest), [model]: { ...before, ...part } }
  timer ??= setTimeout(store, QUIET_MS)
}

/** What one account has said is not there for the next. */
export function forgetTalks(): void {
  talks = {}
  store()
}

/** Keep what is said with a model. */
export function useKeptExchanges(model: string | null, exchanges: Exchange[]): void {
  useEffect(
    () => keep(model, { exchanges: latest(exchanges.filter(hasAnswers).map(settled)) }),
    [model, exchanges],
  )
}

/** How a model is asked, as it was asked last. */
export function useAskedHow(model: string | null) {
  const [{ system, tools, sampling }, set] = useState(() => talkWith(model))
  useEffect(() => keep(model, { system, tools, sampling }), [model, system, tools, sampling])
  return {
    system,
    tools,
    sampling,
    setSystem: (next: string) => set((now) => ({ ...now, system: next })),
    setTools: (next: string) => set((now) => ({ ...now, tools: next })),
    setSampling: (next: Sampling) => set((now) => ({ ...now, sampling: next })),
  }
}

/** What a model that reads was given and said last; all of it as long as there is room. */
export function useKeptReading(model: string) {
  const [reading, set] = useState(() => talkWith(model).reading)
  useEffect(
    () => keep(model, { reading: JSON.stringify(reading).length > MOST_LETTERS ? EMPTY.reading : reading }),
    [model, reading],
  )
  return {
    ...reading,
    setText: (field: keyof Input, text: string) =>
      set((now) => ({ ...now, texts: { ...now.texts, [field]: text } })),
    setSaid: (said: Reading['said']) => set((now) => ({ ...now, said })),
  }
}

/** What went wrong once is not shown again as if it still did. */
function hasAnswers({ answers }: Exchange): boolean {
  return Object.values(answers).every(({ error }) => error === null)
}

/** As it stands when it is left: whoever leaves stops an answer that is being written. */
function settled(exchange: Exchange): Exchange {
  const stopped: Partial<Answer> = { phase: 'done', ending: { reason: 'stopped', tokens: 0, seconds: 0 } }
  const answers = Object.entries(exchange.answers).map(([side, answer]) => [
    side,
    answer.phase === 'done' ? answer : { ...answer, ...stopped },
  ])
  return { ...exchange, answers: Object.fromEntries(answers) as Exchange['answers'] }
}

/** The last exchanges, as many as there is room for. */
function latest(exchanges: Exchange[]): Exchange[] {
  let letters = 0
  return exchanges
    .reverse()
    .filter(({ question, answers }) => {
      const said = Object.values(answers).map(({ text }) => text.length)
      letters += said.reduce((sum, one) => sum + one, question.length)
      return letters <= MOST_LETTERS
    })
    .reverse()
}
