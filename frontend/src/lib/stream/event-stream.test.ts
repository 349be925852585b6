import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { listen } from './event-stream'

interface Asked {
  after: string | null
  signal: AbortSignal
  say: (text: string) => void
  close: () => void
}

const encoder = new TextEncoder()
let asked: Asked[]
let answers: (() => Response)[]
let heard: number[]
let ends: number
let stop: () => void

/** One answer that stays open, and what the server may say in it. */
function open(headers: Headers, signal: AbortSignal): Response {
  let into: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({ start: (made) => void (into = made) })
  signal.addEventListener('abort', () => into.error(new DOMException('aborted', 'AbortError')))
  asked.push({
    after: headers.get('Last-Event-ID'),
    signal,
    say: (text) => into.enqueue(encoder.encode(text)),
    close: () => into.close(),
  })
  return new Response(body)
}

const frame = (seq: number) => `id: ${seq}\nevent: progress\ndata: {"seq":${seq}}\n\n`
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

function hide(hidden: boolean) {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden)
  document.dispatchEvent(new Event('visibilitychange'))
}

function follow(more: { onRefused?: (error: Error) => void } = {}) {
  stop = listen('/events', {
    after: 7,
    onEvent: ({ id }) => heard.push(id ?? -1),
    onEnd: () => (ends += 1),
    ...more,
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  answers = []
  heard = []
  ends = 0
  stop = () => undefined
  vi.stubGlobal('fetch', async (path: string, { headers, signal }: RequestInit = {}) => {
    if (path === '/api/health') return new Response()
    return answers.shift()?.() ?? open(new Headers(headers), signal as AbortSignal)
  })
})
afterEach(() => {
  stop()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('after a break it goes on behind the last event, and each event is heard once', async () => {
  follow()
  await pass(0)
  expect(asked[0]?.after).toBe('7')
  asked[0]?.say(frame(7) + frame(8) + frame(9).slice(0, 12))
  await pass(0)
  asked[0]?.close()
  await pass(500)
  expect(asked[1]?.after).toBe('8')
  asked[1]?.say(frame(8) + frame(9))
  await pass(0)
  expect(heard).toEqual([8, 9])
})

test('a stream that has fallen silent is given up, and one on which the server says that it is there is not', async () => {
  follow()
  await pass(0)
  for (let minute = 0; minute < 4; minute += 1) {
    await pass(15_000)
    asked[0]?.say(': still here\n\n')
  }
  await pass(39_000)
  expect(asked).toHaveLength(1)
  await pass(2_000)
  expect(asked).toHaveLength(2)
  expect(asked[0]?.signal.aborted).toBe(true)
})

test('an end that the server has said is one: nothing is asked for again', async () => {
  follow()
  await pass(0)
  asked[0]?.say('event: end\ndata: {}\n\n')
  asked[0]?.close()
  await pass(60_000)
  expect([ends, asked.length]).toEqual([1, 1])
})

test('a refusal is told with its words; a fault of the server is tried again', async () => {
  const refused = vi.fn()
  answers = [
    () => new Response('{}', { status: 503 }),
    () => Response.json({ detail: 'There is no such run.' }, { status: 404 }),
  ]
  follow({ onRefused: refused })
  await pass(60_000)
  expect(refused.mock.calls.map(([error]: Error[]) => error?.message)).toEqual(['There is no such run.'])
  expect([ends, asked.length, answers.length]).toEqual([1, 0, 0])
})

test('a hidden page hears nothing, and one that is looked at again goes on, however quickly', async () => {
  follow()
  await pass(0)
  asked[0]?.say(frame(8))
  await pass(0)
  hide(true)
  hide(false)
  await pass(0)
  expect(asked.map(({ after, signal }) => [after, signal.aborted])).toEqual([
    ['7', true],
    ['8', false],
  ])
  hide(true)
  await pass(60_000)
  expect(asked).toHaveLength(2)
})
