import { act, renderHook, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Unreachable } from '@/lib/api/problem'

import { type Asking, useConversation } from './use-conversation'

interface Asked {
  body: { model: string; base: boolean; messages: { role: string; content: string }[] }
  signal: AbortSignal
  say: (kind: string, data: object) => void
  close: () => void
  cut: () => void
}

const encoder = new TextEncoder()
let asked: Asked[]

beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (_path: string, { body, signal }: RequestInit) => {
    let into: ReadableStreamDefaultController<Uint8Array>
    const stream = new ReadableStream<Uint8Array>({ start: (made) => void (into = made) })
    signal?.addEventListener('abort', () => into.error(new DOMException('aborted', 'AbortError')))
    asked.push({
      body: JSON.parse(body as string) as Asked['body'],
      signal: signal as AbortSignal,
      say: (kind, data) => into.enqueue(encoder.encode(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`)),
      close: () => into.close(),
      cut: () => into.error(new TypeError('network error')),
    })
    return new Response(stream)
  })
})
afterEach(() => vi.unstubAllGlobals())

const ASKING: Asking = {
  model: 'one',
  sides: ['tuned', 'base'],
  alone: false,
  system: '',
  sampling: {
    temperature: 0,
    top_p: 1,
    top_k: 0,
    repetition_penalty: 1,
    max_new_tokens: 9,
    seed: null,
    stop: [],
  },
}
const END = { finish_reason: 'end', new_tokens: 2, seconds: 1 }

async function start(question = 'Who?', asking = ASKING) {
  const talk = renderHook(() => useConversation())
  act(() => void talk.result.current.send(question, asking))
  await waitFor(() => expect(asked).toHaveLength(asking.sides.length))
  return talk
}

test('both sides are asked at once, and each is told only what it said itself', async () => {
  const { result } = await start()
  expect(asked.map(({ body }) => body.base)).toEqual([false, true])
  for (const [place, text] of ['Ada', 'Bob'].entries()) {
    asked[place]?.say('start', {})
    asked[place]?.say('piece', { text: text.slice(0, 1) })
    asked[place]?.say('piece', { text: text.slice(1) })
    asked[place]?.say('end', END)
  }
  await waitFor(() => expect(result.current.exchanges[0]?.answers.base?.text).toBe('Bob'))
  expect(result.current.exchanges[0]?.answers.tuned).toMatchObject({ text: 'Ada', phase: 'writing' })
})

test('leaving ends the answers that are being written', async () => {
  const { unmount } = await start()
  asked[0]?.say('piece', { text: 'A' })
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([false, false])
  unmount()
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true])
})

test('an answer that is stopped keeps what was written, and is no error', async () => {
  const { result } = await start('Who?', { ...ASKING, sides: ['tuned'] })
  act(() => asked[0]?.say('piece', { text: 'A' }))
  await waitFor(() => expect(result.current.exchanges[0]?.answers.tuned?.text).toBe('A'))
  act(() => result.current.stop())
  await waitFor(() => expect(result.current.busy).toBe(false))
  const answer = result.current.exchanges[0]?.answers.tuned
  expect([answer?.text, answer?.ending?.reason, answer?.error]).toEqual(['A', 'stopped', null])
})

test('a way that is cut in the middle of an answer is called so', async () => {
  const { result } = await start('Who?', { ...ASKING, sides: ['tuned'] })
  asked[0]?.say('piece', { text: 'A' })
  await waitFor(() => expect(result.current.exchanges[0]?.answers.tuned?.text).toBe('A'))
  asked[0]?.cut()
  await waitFor(() => expect(result.current.exchanges[0]?.answers.tuned?.phase).toBe('done'))
  const answer = result.current.exchanges[0]?.answers.tuned
  expect([answer?.text, answer?.error]).toEqual(['A', expect.any(Unreachable)])
})

test('what the server refuses is shown in its words', async () => {
  const { result } = await start('Who?', { ...ASKING, sides: ['tuned'] })
  asked[0]?.say('error', {
    status: 507,
    title: 'Hardware error',
    detail: 'Memory ran out.',
    hint: 'Free some.',
  })
  asked[0]?.close()
  await waitFor(() => expect(result.current.busy).toBe(false))
  expect(result.current.exchanges[0]?.answers.tuned?.error?.message).toBe('Memory ran out.')
})
