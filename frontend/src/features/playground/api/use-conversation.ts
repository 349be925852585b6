import { useEffect, useRef, useState } from 'react'

import { ask, type Ending, type Message, type Sampling, type Side } from './ask'
import { talkWith, useKeptExchanges } from './kept-talk'

export interface Answer {
  text: string
  phase: 'asked' | 'waiting' | 'loading' | 'reading' | 'writing' | 'done'
  ahead: number
  ending: Ending | null
  error: Error | null
}

/** One question and what each side said to it. */
export interface Exchange {
  id: number
  question: string
  answers: Partial<Record<Side, Answer>>
}

export interface Asking {
  model: string
  sides: Side[]
  /** Each question by itself, without what was said before: one text in, one text out. */
  alone: boolean
  system: string
  sampling: Sampling
}

const FRESH: Answer = { text: '', phase: 'asked', ahead: 0, ending: null, error: null }

/**
 * A conversation with one model or two; each side remembers its own answers, and only those. Leaving it ends the answer
 * that is being written, on the server as well; coming back finds what was said.
 */
export function useConversation(model: string | null) {
  const [exchanges, setExchanges] = useState<Exchange[]>(() => talkWith(model).exchanges)
  const [busy, setBusy] = useState(false)
  const control = useRef<AbortController | null>(null)
  const number = useRef(Math.max(0, ...exchanges.map(({ id }) => id)))
  useKeptExchanges(model, exchanges)
  useEffect(() => () => control.current?.abort(), [])

  const change = (id: number, side: Side, update: (answer: Answer) => Answer) =>
    setExchanges((now) =>
      now.map((one) =>
        one.id === id
          ? { ...one, answers: { ...one.answers, [side]: update(one.answers[side] ?? FRESH) } }
          : one,
      ),
    )

  const answer = async (id: number, side: Side, messages: Message[], asking: Asking, signal: AbortSignal) => {
    const set = (part: Partial<Answer>) => change(id, side, (now) => ({ ...now, ...part }))
    try {
      const ending = await ask(
        { model: asking.model, messages, sampling: asking.sampling, side },
        {
          onWaiting: (ahead) => set({ phase: 'waiting', ahead }),
          onLoading: () => set({ phase: 'loading' }),
          onStart: () => set({ phase: 'reading' }),
          onPiece: (text) => change(id, side, (now) => ({ ...now, phase: 'writing', text: now.text + text })),
        },
        signal,
      )
      set({ phase: 'done', ending })
    } catch (error) {
      if (signal.aborted) set({ phase: 'done', ending: { reason: 'stopped', tokens: 0, seconds: 0 } })
      else set({ phase: 'done', error: error as Error })
    }
  }

  const put = async (before: Exchange[], question: string, asking: Asking) => {
    const controller = new AbortController()
    control.current = controller
    const id = (number.current += 1)
    const answers = Object.fromEntries(asking.sides.map((side) => [side, FRESH]))
    setExchanges([...before, { id, question, answers }])
    setBusy(true)
    await Promise.all(
      asking.sides.map((side) =>
        answer(
          id,
          side,
          history(asking.alone ? [] : before, question, side, asking.system),
          asking,
          controller.signal,
        ),
      ),
    )
    setBusy(false)
  }

  return {
    exchanges,
    busy,
    send: (question: string, asking: Asking) => put(exchanges, question, asking),
    /** Ask the last question once more, in the place of what was said to it. */
    again: async (asking: Asking) => {
      const last = exchanges.at(-1)
      if (last && !busy) await put(exchanges.slice(0, -1), last.question, asking)
    },
    stop: () => control.current?.abort(),
    clear: () => setExchanges([]),
  }
}

/** The turns so far as one side knows them. */
export function history(exchanges: Exchange[], question: string, side: Side, system: string): Message[] {
  const turns = exchanges.flatMap(({ question: asked, answers }): Message[] => {
    const said = answers[side] ?? answers.tuned
    return said === undefined || said.error !== null
      ? []
      : [
          { role: 'user', content: asked },
          { role: 'assistant', content: said.text },
        ]
  })
  const first: Message[] = system.trim() ? [{ role: 'system', content: system }] : []
  return [...first, ...turns, { role: 'user', content: question }]
}
