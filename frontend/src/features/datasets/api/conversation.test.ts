import { expect, test } from 'vitest'

import { conversation, type Turn } from './conversation'

/** A turn in short: `role: text (mark)`. */
const brief = ({ role, text, mark }: Turn) => `${role}: ${text}${mark ? ` (${mark})` : ''}`

const ASKED = [{ role: 'user', content: 'u' }]
const SAID = [{ role: 'assistant', content: 'a' }]
const TOOL = { name: 'find' }
const TOOLS = JSON.stringify([TOOL], null, 2)

test.each([
  [
    'messages, with their tools and calls',
    {
      messages: [
        { role: 'developer', content: 's' },
        { role: 'user', content: [{ type: 'text', text: 'u' }] },
        { role: 'assistant', content: null, tool_calls: '[1]' },
      ],
      tools: [TOOL],
    },
    [`tools: ${TOOLS}`, 'system: s', 'user: u', 'assistant: [\n  1\n]'],
  ],
  ['messages as JSON text', { messages: JSON.stringify([...ASKED, ...SAID]) }, ['user: u', 'assistant: a']],
  [
    'sharegpt, with its system turn and its tools as JSON text',
    {
      conversations: [
        { from: 'human', value: 'u' },
        { from: 'gpt', value: 'a' },
      ],
      system: 's',
      tools: JSON.stringify([TOOL]),
    },
    [`tools: ${TOOLS}`, 'system: s', 'user: u', 'assistant: a'],
  ],
  [
    'preferences',
    { prompt: 'p', chosen: 'c', rejected: 'r', tools: [] },
    ['user: p', 'assistant: c (chosen)', 'assistant: r (rejected)'],
  ],
  [
    'preferences without a prompt',
    { chosen: [...ASKED, ...SAID], rejected: [...ASKED] },
    ['user: u (chosen)', 'assistant: a (chosen)', 'user: u (rejected)'],
  ],
  [
    'answers that are marked good',
    { prompt: ASKED, completion: SAID, label: true },
    ['user: u', 'assistant: a (good)'],
  ],
  [
    'answers that are marked bad',
    { prompt: 'u', completion: 'a', label: '0' },
    ['user: u', 'assistant: a (bad)'],
  ],
  [
    'prompt and completion, with their tools',
    { prompt: ASKED, completion: 'c', tools: [TOOL] },
    [`tools: ${TOOLS}`, 'user: u', 'assistant: c (trained)'],
  ],
  [
    'alpaca, with its system turn and what was said before',
    { instruction: 'i', input: 'more', output: '{}', system: 's', history: [['q', 'b']] },
    ['system: s', 'user: q', 'assistant: b', 'user: i\n\nmore', 'assistant: {} (trained)'],
  ],
  [
    'alpaca whose history is JSON text',
    { instruction: 'i', input: '', output: 'o', history: '[["q","b"]]' },
    ['user: q', 'assistant: b', 'user: i', 'assistant: o (trained)'],
  ],
  ['pairs', { input: 'i', output: 'o' }, ['user: i', 'assistant: o (trained)']],
  ['summaries', { document: 'd', summary: 's' }, ['user: d', 'assistant: s (trained)']],
  [
    'questions, each answer once',
    { context: 'c', question: 'q', answers: { text: ['a', 'b', 'a'], answer_start: [0, 3, 0] } },
    ['context: c', 'user: q', 'answer: a (trained)', 'answer: b (trained)'],
  ],
  [
    'questions as they are trained on',
    {
      prompt: [{ role: 'user', content: 'c\n\nq' }],
      completion: SAID,
      context: 'c',
      question: 'q',
      answers: { text: ['a'], answer_start: [0] },
      row: 1,
    },
    ['context: c', 'user: q', 'answer: a (trained)'],
  ],
  [
    'questions that the text does not answer',
    { context: 'c', question: 'q', answers: { text: [], answer_start: [] } },
    ['context: c', 'user: q', 'noAnswer:  (trained)'],
  ],
  [
    'questions with a plain answer',
    { context: 'c', question: 'q', answers: 'a' },
    ['context: c', 'user: q', 'answer: a (trained)'],
  ],
  ['texts of a class', { text: 't', label: 0 }, ['text: t', 'label: 0 (trained)']],
  [
    'pairs of texts of a class',
    { text: 't', text_pair: 'p', label: 'same', row: 1 },
    ['text: t', 'textPair: p', 'label: same (trained)'],
  ],
  ['texts', { text: 't' }, ['text: t (trained)']],
  ['prompts', { prompt: 'p', solution: '7' }, ['user: p']],
  ['anything else, column by column', { frage: 'f', label: 2 }, ['frage: f', 'label: 2']],
])('%s become turns', (_, row, expected) => {
  expect(conversation(row).map(brief)).toEqual(expected)
})

test('columns are read as they were found to be, and others are left out', () => {
  const row = { premise: 'p', hypothesis: 'h', label: 1, messages: 'not these' }
  const found = conversation(row, { text: 'premise', text_pair: 'hypothesis', label: 'label' })
  expect(found.map(brief)).toEqual(['text: p', 'textPair: h', 'label: 1 (trained)'])
})

test('the columns of a row of no known shape keep their names', () => {
  expect(conversation({ label: 'x' })).toEqual([{ role: 'label', text: 'x', isColumn: true }])
})

test('markup is text like any other', () => {
  expect(conversation({ text: '<img src=x onerror=alert(1)>' })[0]?.text).toBe('<img src=x onerror=alert(1)>')
})
