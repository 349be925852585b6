import { expect, test } from 'vitest'

import { conversation } from './conversation'

test.each([
  ['pairs', { input: 'a', output: 'b' }, ['user', 'assistant']],
  [
    'messages',
    {
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: 'u' },
      ],
    },
    ['system', 'user'],
  ],
  [
    'prompt and completion',
    { prompt: [{ role: 'user', content: 'u' }], completion: 'c' },
    ['user', 'assistant'],
  ],
  ['preferences', { prompt: 'p', chosen: 'c', rejected: 'r' }, ['user', 'assistant', 'assistant']],
  ['summaries', { document: 'd', summary: 's' }, ['user', 'assistant']],
  ['text', { text: 't' }, ['text']],
  ['anything else, field by field', { frage: 'f', antwort: 'a' }, ['frage', 'antwort']],
] as const)('%s become turns', (_, row, roles) => {
  expect(conversation(row).map((turn) => turn.role)).toEqual(roles)
})

test('markup is text like any other', () => {
  expect(conversation({ text: '<img src=x onerror=alert(1)>' })[0]?.text).toBe('<img src=x onerror=alert(1)>')
})
