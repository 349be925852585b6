import { act, renderHook, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Unreachable } from '@/lib/api/problem'

import { forgetTalks, talkWith, useAskedHow } from './kept-talk'
import { type Asking, type Exchange, useConversation } from './use-conversation'

interface Asked {
  body: { model: string; base: boolean; messages: { role: string; content: string }[]; tools: object[] }
  signal: AbortSignal
  say: (kind: string, data: object) => void
  close: () => void
  cut: () => void
}

const encoder = new TextEncoder()
let asked: Asked[]

beforeEach(() => {
  forgetTalks()
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
  tools: [],
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
  const talk = renderHook(() => useConversation('one'))
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

function answered(text: string) {
  asked.at(-1)?.say('piece', { text })
  asked.at(-1)?.say('end', END)
  asked.at(-1)?.close()
}
const ALONE: Asking = { ...ASKING, sides: ['tuned'] }
const said = (of: Exchange[]) => of.map(({ question, answers }) => [question, answers.tuned?.text])

test('coming back finds what was said, stopped where it was left, and goes on from there', async () => {
  const { result, unmount } = await start('Who?', ALONE)
  answered('Ada')
  await waitFor(() => expect(result.current.busy).toBe(false))
  act(() => void result.current.send('When?', ALONE))
  await waitFor(() => expect(asked).toHaveLength(2))
  act(() => asked[1]?.say('piece', { text: 'In 18' }))
  await waitFor(() => expect(result.current.exchanges[1]?.answers.tuned?.text).toBe('In 18'))
  unmount()
  const back = renderHook(() => useConversation('one')).result
  expect(said(back.current.exchanges)).toEqual([
    ['Who?', 'Ada'],
    ['When?', 'In 18'],
  ])
  expect(back.current.exchanges[1]?.answers.tuned).toMatchObject({
    phase: 'done',
    ending: { reason: 'stopped' },
  })
  expect(renderHook(() => useConversation('two')).result.current.exchanges).toEqual([])
  act(() => void back.current.send('Where?', ALONE))
  await waitFor(() => expect(asked).toHaveLength(3))
  expect(asked[2]?.body.messages.map(({ content }) => content)).toEqual([
    'Who?',
    'Ada',
    'When?',
    'In 18',
    'Where?',
  ])
  expect(new Set(back.current.exchanges.map(({ id }) => id)).size).toBe(3)
})

test('a talk survives a reload of the tab with how it was asked, bounded, and is forgotten with the account', async () => {
  const { result } = await start('Who?', ALONE)
  answered('Ada')
  await waitFor(() => expect(result.current.busy).toBe(false))
  const how = renderHook(() => useAskedHow('one')).result
  act(() => how.current.setSystem('Be brief.'))
  act(() => how.current.setSampling({ ...ASKING.sampling, temperature: 0.7 }))
  for (let number = 0; number < 7; number += 1) renderHook(() => useAskedHow(`other-${number}`))
  window.dispatchEvent(new Event('pagehide'))
  vi.resetModules()
  const reloaded = await import('./kept-talk')
  expect(said(reloaded.talkWith('one').exchanges)).toEqual([['Who?', 'Ada']])
  expect(reloaded.talkWith('one')).toMatchObject({ system: 'Be brief.', sampling: { temperature: 0.7 } })
  renderHook(() => useAskedHow('one more'))
  expect(said(talkWith('one').exchanges)).toEqual([])
  reloaded.forgetTalks()
  expect(sessionStorage.getItem('modelforge-talks')).toBe('{}')
})

test('a question that is asked again replaces its answer, and what was said before it stays', async () => {
  const { result } = await start('Who?', ALONE)
  answered('Ada')
  await waitFor(() => expect(result.current.busy).toBe(false))
  act(() => void result.current.send('When?', ALONE))
  await waitFor(() => expect(asked).toHaveLength(2))
  answered('Never')
  await waitFor(() => expect(result.current.busy).toBe(false))
  act(() => void result.current.again({ ...ALONE, system: 'Be right.' }))
  await waitFor(() => expect(asked).toHaveLength(3))
  expect(asked[2]?.body.messages.map(({ content }) => content)).toEqual(['Be right.', 'Who?', 'Ada', 'When?'])
  answered('In 1815')
  await waitFor(() => expect(result.current.busy).toBe(false))
  expect(said(result.current.exchanges)).toEqual([
    ['Who?', 'Ada'],
    ['When?', 'In 1815'],
  ])
})

test('of a long talk the latest is kept', async () => {
  const long = 'a'.repeat(100_000)
  const { result } = await start(long, ALONE)
  answered('Ada')
  await waitFor(() => expect(result.current.busy).toBe(false))
  act(() => void result.current.send(long, ALONE))
  await waitFor(() => expect(asked).toHaveLength(2))
  answered('Bob')
  await waitFor(() => expect(result.current.busy).toBe(false))
  expect(result.current.exchanges).toHaveLength(2)
  expect(talkWith('one').exchanges.map(({ answers }) => answers.tuned?.text)).toEqual(['Bob'])
})

test('a call comes with the end, and its result goes to the side that called', async () => {
  const tools = [{ type: 'function' as const, function: { name: 'weather' } }]
  const talk = await start('Rome?', { ...ASKING, tools })
  const calls = [{ type: 'function', id: 'abc', function: { name: 'weather', arguments: { city: 'Rome' } } }]
  const [tuned, base] = asked
  expect(tuned?.body.tools).toEqual(tools)
  await act(async () => {
    tuned?.say('end', { ...END, tool_calls: calls })
    tuned?.close()
    base?.say('piece', { text: 'No.' })
    base?.say('end', { ...END, tool_calls: [] })
    base?.close()
  })
  await waitFor(() => expect(talk.result.current.busy).toBe(false))
  expect(talk.result.current.exchanges[0]?.answers.tuned?.ending?.calls).toEqual(calls)
  expect(talk.result.current.exchanges[0]?.answers.base?.ending?.calls).toBeUndefined()
  act(() => void talk.result.current.give(['21'], { ...ASKING, tools }))
  await waitFor(() => expect(asked).toHaveLength(3))
  expect(asked[2]?.body.base).toBe(false)
  expect(asked[2]?.body.messages.at(-1)).toEqual({
    role: 'tool',
    content: '21',
    name: 'weather',
    tool_call_id: 'abc',
  })
})
