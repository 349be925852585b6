import { expect, test } from 'vitest'

import { curl, python } from './snippets'
import { type Answer, history } from './use-conversation'

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
  const contents = (side: 'tuned' | 'base') => history(exchanges, 'two', side, '').map((turn) => turn.content)
  expect(contents('tuned')).toEqual(['one', 'from tuned', 'two'])
  expect(contents('base')).toEqual(['one', 'from base', 'two'])
})

test('an answer that failed is not part of the conversation, a system prompt is its beginning', () => {
  const exchanges = [{ id: 1, question: 'one', answers: { tuned: said('', new Error('away')) } }]
  expect(history(exchanges, 'two', 'tuned', 'Be brief.')).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'two' },
  ])
})

test('a question with quotes stays one argument of the shell and one text in Python', () => {
  const call = {
    origin: 'http://127.0.0.1:8000',
    model: 'starter:chat',
    messages: [{ role: 'user' as const, content: 'it\'s "so"' }],
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
