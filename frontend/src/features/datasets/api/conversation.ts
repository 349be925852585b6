import type { Row } from './datasets'

export interface Turn {
  role: string
  text: string
  /** What a turn is for, where the row says more than its role: what is learnt, and how an answer is rated. */
  mark?: 'chosen' | 'rejected' | 'good' | 'bad' | 'trained'
  /** The role is the name of a column: the row is of no known shape. */
  isColumn?: true
}

type Mark = Turn['mark']

/** Names of roles in conversations that others have written; what is not here keeps its own. */
const ROLES: Record<string, string> = {
  developer: 'system',
  human: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bot: 'assistant',
  model: 'assistant',
  function_call: 'assistant',
  observation: 'tool',
  function_response: 'tool',
}

/** The ways to say of an answer that it is not good. */
const NOT_GOOD: readonly unknown[] = [false, 0, 'false', 'False', '0']

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A list or an object that a table holds as JSON text; anything else as it is. */
function decoded(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  return isThere(value) ? JSON.stringify(value, null, 2) : ''
}

/** A value as one turn, unless there is none. */
function turn(value: unknown, role: string, mark?: Mark): Turn[] {
  const said = text(value)
  return said === '' ? [] : [{ role, text: said, ...(mark ? { mark } : {}) }]
}

/** A text as one turn, a list of turns as they are. */
function turns(value: unknown, role: string, mark?: Mark): Turn[] {
  if (!Array.isArray(value)) return turn(value, role, mark)
  return value.filter(isRow).map((one) => {
    const name = text(one['role'] ?? one['from']) || role
    const said = [content(one['content'] ?? one['value']), text(decoded(one['tool_calls']))]
    return { role: ROLES[name] ?? name, text: said.filter(Boolean).join('\n'), ...(mark ? { mark } : {}) }
  })
}

/** What a turn says; some write it in parts. */
function content(value: unknown): string {
  if (!Array.isArray(value)) return text(value)
  return value.map((part) => text(isRow(part) ? (part['text'] ?? part) : part)).join('')
}

/** What was asked and answered before, in pairs. */
function history(value: unknown): Turn[] {
  const pairs = decoded(value)
  if (!Array.isArray(pairs)) return turn(value, 'user')
  return pairs
    .filter((pair) => Array.isArray(pair))
    .flatMap(([asked, said]) => [...turn(asked, 'user'), ...turn(said, 'assistant')])
}

/** Each answer once, in either of SQuAD's forms or as a plain text; that there is none is an answer too. */
function answers(value: unknown): Turn[] {
  const given = decoded(value)
  const texts = [isRow(given) ? given['text'] : given].flat()
  const found = [...new Set(texts)].flatMap((one) => turn(one, 'answer', 'trained'))
  return found.length > 0 ? found : [{ role: 'noAnswer', text: '', mark: 'trained' }]
}

function tools(value: unknown): Turn[] {
  const found = decoded(value)
  return Array.isArray(found) && found.length === 0 ? [] : turn(found, 'tools')
}

function instructed(row: Row): Turn[] {
  const asked = [row['instruction'], row['input']].map(text).filter(Boolean)
  return [
    ...turn(row['system'], 'system'),
    ...history(row['history']),
    ...turn(asked.join('\n\n'), 'user'),
    ...turn(row['output'], 'assistant', 'trained'),
  ]
}

function completed(row: Row, mark: Mark): Turn[] {
  return [...turns(row['prompt'], 'user'), ...turns(row['completion'], 'assistant', mark)]
}

/** The columns that a row must have, and how it is read then: the first that fits, the most specific before others. */
const READERS: [needed: string[], read: (row: Row) => Turn[]][] = [
  [['messages'], (row) => turns(decoded(row['messages']), 'user')],
  [
    ['conversations'],
    (row) => [...turn(row['system'], 'system'), ...turns(decoded(row['conversations']), 'user')],
  ],
  [
    ['chosen', 'rejected'],
    (row) => [
      ...turns(row['prompt'], 'user'),
      ...turns(row['chosen'], 'assistant', 'chosen'),
      ...turns(row['rejected'], 'assistant', 'rejected'),
    ],
  ],
  [
    ['context', 'question', 'answers'],
    (row) => [
      ...turn(row['context'], 'context'),
      ...turn(row['question'], 'user'),
      ...answers(row['answers']),
    ],
  ],
  [
    ['prompt', 'completion', 'label'],
    (row) => completed(row, NOT_GOOD.includes(row['label']) ? 'bad' : 'good'),
  ],
  [['prompt', 'completion'], (row) => completed(row, 'trained')],
  [['instruction', 'output'], instructed],
  [['input', 'output'], instructed],
  [
    ['document', 'summary'],
    (row) => [...turn(row['document'], 'user'), ...turn(row['summary'], 'assistant', 'trained')],
  ],
  [
    ['text', 'label'],
    (row) => [
      ...turn(row['text'], 'text'),
      ...turn(row['text_pair'], 'textPair'),
      ...turn(row['label'], 'label', 'trained'),
    ],
  ],
  [['prompt'], (row) => turns(row['prompt'], 'user')],
  [['text'], (row) => turn(row['text'], 'text', 'trained')],
]

/** A row under the names of its shape. `columns`: expected column → column of the row; none: as it is. */
function named(row: Row, columns: Record<string, string>): Row {
  const pairs = Object.entries(columns)
  return pairs.length === 0 ? row : Object.fromEntries(pairs.map(([name, column]) => [name, row[column]]))
}

/** A row as the conversation that it is, its columns read as said; a row of no known shape column by column. */
export function conversation(row: Row, columns: Record<string, string> = {}): Turn[] {
  const read = named(row, columns)
  const reader = READERS.find(([needed]) => needed.every((name) => isThere(read[name])))
  const found = reader ? [...tools(read['tools']), ...reader[1](read)] : []
  if (found.length > 0) return found
  return Object.entries(row).map(([role, value]) => ({ role, text: text(value), isColumn: true }))
}
