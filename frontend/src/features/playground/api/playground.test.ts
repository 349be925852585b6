import { expect, test } from 'vitest'

import { curl, python } from './snippets'
import { readTools } from './tools'
import { type Answer, type Exchange, history } from './use-conversation'

const said = (text: string, error: Error | null = null): Answer => ({
  text,
  phase: 'done',
  ahead: 0,
  ending: null,
  error,
})
const SAMPLING = {
  temperature: 0,
  top_p: 1,
  top_k: 0,
  repetition_penalty: 1,
  max_new_tokens: 64,
  seed: null,
  stop: [],
}

test('each side remembers its own answers', () => {
  const exchanges = [
    { id: 1, question: 'one', answers: { tuned: said('from tuned'), base: said('from base') } },
  ]
  const contents = (side: 'tuned' | 'base') =>
    history(exchanges, { question: 'two' }, side, '').map((turn) => turn.content)
  expect(contents('tuned')).toEqual(['one', 'from tuned', 'two'])
  expect(contents('base')).toEqual(['one', 'from base', 'two'])
})

test('an answer that failed is not part of the conversation, a system prompt is its beginning', () => {
  const exchanges = [{ id: 1, question: 'one', answers: { tuned: said('', new Error('away')) } }]
  expect(history(exchanges, { question: 'two' }, 'tuned', 'Be brief.')).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'two' },
  ])
})

test('a question with quotes stays one argument of the shell and one text in Python', () => {
  const call = {
    origin: 'http://127.0.0.1:8000',
    model: 'starter:chat',
    messages: [{ role: 'user' as const, content: 'it\'s "so"' }],
    tools: [],
    sampling: SAMPLING,
  }
  expect(curl(call)).toContain(`it'\\''s \\"so\\"`)
  expect(python(call)).toContain(`"it's \\"so\\""`)
})

test('every setting of the form is in the same by API, and one that changes nothing is left out', () => {
  const call = (more: object) => ({
    origin: 'http://127.0.0.1:8000',
    model: 'starter:chat',
    messages: [{ role: 'user' as const, content: 'Hello' }],
    tools: [],
    sampling: { ...SAMPLING, ...more },
  })
  const set = call({ temperature: 0.7, top_p: 0.9, top_k: 40, repetition_penalty: 1.1, seed: 5 })
  const sent = curl(set).split("-d '")[1]?.slice(0, -1) ?? ''
  expect(JSON.parse(sent)).toEqual({
    model: 'starter:chat',
    messages: [{ role: 'user', content: 'Hello' }],
    temperature: 0.7,
    top_p: 0.9,
    max_tokens: 64,
    seed: 5,
    top_k: 40,
    repetition_penalty: 1.1,
  })
  expect(python(set)).toContain('    extra_body={"top_k":40,"repetition_penalty":1.1},')
  for (const shown of [curl(call({})), python(call({}))])
    expect(shown).not.toMatch(/top_k|penalty|extra_body/)
})

const CALL = {
  type: 'function' as const,
  id: 'abc',
  function: { name: 'weather', arguments: { city: "L'Aquila" } },
}
const called: Answer = { ...said(''), ending: { reason: 'end', tokens: 1, seconds: 1, calls: [CALL] } }
const TALK: Exchange[] = [
  { id: 1, question: 'Where?', answers: { tuned: called, base: said('No idea.') } },
  { id: 2, question: '21', results: ['21'], answers: { tuned: said('21 degrees.') } },
]

test('calls and their results are turns of the side that called, and of no other', () => {
  expect(history(TALK, { question: 'Thanks' }, 'tuned', '')).toEqual([
    { role: 'user', content: 'Where?' },
    { role: 'assistant', content: '', tool_calls: [CALL] },
    { role: 'tool', content: '21', name: 'weather', tool_call_id: 'abc' },
    { role: 'assistant', content: '21 degrees.' },
    { role: 'user', content: 'Thanks' },
  ])
  expect(history(TALK, { question: 'Thanks' }, 'base', '').map((turn) => turn.content)).toEqual([
    'Where?',
    'No idea.',
    'Thanks',
  ])
  const asked = { question: '21', results: ['21'] }
  expect(history(TALK.slice(0, 1), asked, 'tuned', '').at(-1)).toEqual({
    role: 'tool',
    content: '21',
    name: 'weather',
    tool_call_id: 'abc',
  })
})

test('tools, calls and results are in the same by API, in the form of OpenAI', () => {
  const { tools } = readTools('[{"type": "function", "function": {"name": "weather", "x": true}}]')
  const call = {
    origin: 'http://127.0.0.1:8000',
    model: 'one',
    messages: history(TALK.slice(0, 1), { question: '21', results: ['21'] }, 'tuned', ''),
    tools,
    sampling: SAMPLING,
  }
  const sent = JSON.parse((curl(call).split("-d '")[1]?.slice(0, -1) ?? '').replaceAll("'\\''", "'"))
  expect(sent.tools).toEqual(tools)
  expect(sent.messages[1].tool_calls).toEqual([
    { type: 'function', id: 'abc', function: { name: 'weather', arguments: '{"city":"L\'Aquila"}' } },
  ])
  expect(sent.messages[2].tool_call_id).toBe('abc')
  expect(python(call)).toContain(`tools=json.loads(${JSON.stringify(JSON.stringify(tools))}),`)
  expect(python(call)).toMatch(/^import json\nimport os\n/)
  expect(python({ ...call, tools: [] })).not.toContain('json.loads')
})

test.each([
  ['', null],
  ['  ', null],
  ['[]', null],
  ['[{"type": "function", "function": {"name": "f"}}]', null],
  ['[{', 'notJson'],
  ['{"type": "function"}', 'notAList'],
  ['[null]', 'notAFunction'],
  ['[{"type": "function", "function": {"name": ""}}]', 'notAFunction'],
])('the tools %j have the fault %j', (text, fault) => {
  expect(readTools(text).fault).toBe(fault)
})
