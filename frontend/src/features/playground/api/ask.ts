import { createParser } from 'eventsource-parser'

import type { Schemas } from '@/lib/api/client'
import { connection } from '@/lib/api/connection'
import { Problem, problemOf, Unreachable } from '@/lib/api/problem'
import type { Values } from '@/lib/i18n'
import { readToken } from '@/lib/session/session'
import { piecesOf } from '@/lib/stream/silence'

import type { Tool, ToolCall } from './tools'

export type Message = Omit<Schemas['ChatMessage'], 'tool_calls'> & { tool_calls?: ToolCall[] }
export type Sampling = Schemas['Sampling']
export type Side = 'tuned' | 'base'

export interface Question {
  model: string
  messages: Message[]
  tools: Tool[]
  sampling: Sampling
  side: Side
}

export interface Ending {
  reason: 'end' | 'length' | 'stopped'
  tokens: number
  seconds: number
  /** The functions that the answer calls. */
  calls?: ToolCall[]
}

export interface Listener {
  onWaiting: (ahead: number) => void
  onLoading: () => void
  onStart: () => void
  onPiece: (text: string) => void
}

/** The fields of all events of a stream; which are there depends on the kind. */
interface Said {
  ahead: number
  text: string
  finish_reason: Ending['reason']
  new_tokens: number
  seconds: number
  tool_calls?: ToolCall[]
  status: number
  title: string
  detail: string
  hint?: string | null
  code?: string | null
  params?: Values
}

/**
 * Ask one side and listen to its answer, piece by piece. Leaving early, by the signal, ends the answer on the server.
 *
 * @returns how the answer ended.
 * @throws Problem when there is no answer, `Unreachable` when the server is away or falls silent on the way.
 */
export async function ask(question: Question, listener: Listener, signal: AbortSignal): Promise<Ending> {
  const response = await send(question, signal)
  if (!response.ok || response.body === null) {
    throw problemOf(response, await response.json().catch(() => null))
  }
  const outcome: { ending?: Ending; refusal?: Problem } = {}
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const said = JSON.parse(data) as Said
      if (event === 'end') {
        const { finish_reason: reason, new_tokens: tokens, seconds, tool_calls: calls } = said
        outcome.ending = { reason, tokens, seconds, ...(calls?.length ? { calls } : {}) }
      } else if (event === 'error') {
        const { status, title, detail, hint, code, params } = said
        outcome.refusal = new Problem({ type: 'about:blank', status, title, detail, hint, code, params })
      } else tell(listener, event ?? '', said)
    },
  })
  const { body } = response
  const hear = async () => {
    for await (const piece of piecesOf(body)) parser.feed(piece)
  }
  await reachable(hear(), signal)
  if (outcome.refusal) throw outcome.refusal
  if (!outcome.ending) throw new Unreachable()
  return outcome.ending
}

function send({ model, messages, tools, sampling, side }: Question, signal: AbortSignal): Promise<Response> {
  const asked = fetch('/api/v1/playground/chat', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${readToken() ?? ''}` },
    body: JSON.stringify({ model, messages, tools, sampling, base: side === 'base' }),
    signal,
  })
  return reachable(asked, signal)
}

/** What the server does, or `Unreachable` where the way to it is cut; an end that was asked for stays one. */
async function reachable<Value>(doing: Promise<Value>, signal: AbortSignal): Promise<Value> {
  try {
    return await doing
  } catch (error) {
    if (signal.aborted) throw error
    connection.lost()
    throw new Unreachable()
  }
}

function tell(listener: Listener, kind: string, said: Said): void {
  if (kind === 'waiting') listener.onWaiting(said.ahead)
  if (kind === 'loading') listener.onLoading()
  if (kind === 'start') listener.onStart()
  if (kind === 'piece') listener.onPiece(said.text)
}
