import { useEffect, useRef, useState } from 'react'

import { ask, type Ending, type Message, type Sampling, type Side } from './ask'
import { talkWith, useKeptExchanges } from './kept-talk'
import type { Tool, ToolCall } from './tools'

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
  /** In place of a question: the results of the functions that the answer before called, in their order. */
  results?: string[]
  answers: Partial<Record<Side, Answer>>
}

export interface Asking {
  model: string
  sides: Side[]
  /** Each question by itself, without what was said before: one text in, one text out. */
  alone: boolean
  system: string
  tools: Tool[]
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
        { model: asking.model, messages, tools: asking.tools, sampling: asking.sampling, side },
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

  const put = async (before: Exchange[], asked: Asked, asking: Asking) => {
    const controller = new AbortController()
    control.current = controller
    const id = (number.current += 1)
    const { results } = asked
    const sides = results ? asking.sides.filter((side) => awaits(before, side, results)) : asking.sides
    setExchanges([
      ...before,
      { ...asked, id, answers: Object.fromEntries(sides.map((side) => [side, FRESH])) },
    ])
    setBusy(true)
    await Promise.all(
      sides.map((side) =>
        answer(
          id,
          side,
          history(asking.alone ? [] : before, asked, side, asking.system),
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
    send: (question: string, asking: Asking) => put(exchanges, { question }, asking),
    /** Give back what the functions said that were called last. */
    give: (results: string[], asking: Asking) =>
      put(exchanges, { question: results.join('\n'), results }, asking),
    /** Ask the last question once more, in the place of what was said to it. */
    again: async (asking: Asking) => {
      const last = exchanges.at(-1)
      if (!last || busy) return
      const { question, results } = last
      await put(exchanges.slice(0, -1), { question, ...(results ? { results } : {}) }, asking)
    },
    stop: () => control.current?.abort(),
    clear: () => setExchanges([]),
  }
}

type Asked = Pick<Exchange, 'question' | 'results'>

/** The functions that a side's last answer called: the tuned one's where it had none of its own. */
export function openCalls(exchanges: Exchange[], side: Side = 'tuned'): ToolCall[] {
  const answers = exchanges.at(-1)?.answers
  return (answers?.[side] ?? answers?.tuned)?.ending?.calls ?? []
}

/** Whether these are as many results as the side's last answer called functions. */
function awaits(exchanges: Exchange[], side: Side, results: string[]): boolean {
  return openCalls(exchanges, side).length === results.length
}

/** The turns so far as one side knows them. */
export function history(exchanges: Exchange[], asked: Asked, side: Side, system: string): Message[] {
  const turns: Message[] = system.trim() ? [{ role: 'system', content: system }] : []
  let calls: ToolCall[] = []
  for (const one of exchanges) {
    const said = one.answers[side] ?? one.answers.tuned
    const isKnown = said !== undefined && said.error === null
    if (!isKnown || (one.results && one.results.length !== calls.length)) continue
    turns.push(...turnsOf(one, calls))
    calls = said.ending?.calls ?? []
    turns.push({
      role: 'assistant',
      content: said.text,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    })
  }
  return [...turns, ...turnsOf(asked, calls)]
}

/** A question, or the results of the calls before it. */
function turnsOf({ question, results }: Asked, calls: ToolCall[]): Message[] {
  if (!results) return [{ role: 'user', content: question }]
  return calls.map(({ id, function: called }, index) => ({
    role: 'tool',
    content: results[index] ?? '',
    name: called.name,
    ...(id ? { tool_call_id: id } : {}),
  }))
}
