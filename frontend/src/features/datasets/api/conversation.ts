import type { Row } from './datasets'

export interface Turn {
  role: string
  text: string
  /** What a turn is for, where the row says more than its role: an answer that is preferred, or not. */
  mark?: 'chosen' | 'rejected' | 'trained'
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '' : JSON.stringify(value, null, 2)
}

function turns(value: unknown, role: string, mark?: Turn['mark']): Turn[] {
  if (value === null || value === undefined) return []
  if (!Array.isArray(value)) return [{ role, text: text(value), ...(mark ? { mark } : {}) }]
  return value.map((one: Row) => ({
    role: text(one['role'] ?? one['from']) || role,
    text: [text(one['content'] ?? one['value']), text(one['tool_calls'])].filter(Boolean).join('\n'),
    ...(mark ? { mark } : {}),
  }))
}

const READERS: Record<string, (row: Row) => Turn[]> = {
  messages: (row) => turns(row['messages'], 'user'),
  conversations: (row) => turns(row['conversations'], 'user'),
  chosen: (row) => [
    ...turns(row['prompt'], 'user'),
    ...turns(row['chosen'], 'assistant', 'chosen'),
    ...turns(row['rejected'], 'assistant', 'rejected'),
  ],
  completion: (row) => [
    ...turns(row['prompt'], 'user'),
    ...turns(row['completion'], 'assistant', row['label'] === false ? 'rejected' : 'trained'),
  ],
  output: (row) => [
    ...turns(row['instruction'], 'user'),
    ...turns(row['input'] === '' ? undefined : row['input'], 'user'),
    ...turns(row['output'], 'assistant', 'trained'),
  ],
  summary: (row) => [
    ...turns(row['document'] ?? row['article'], 'user'),
    ...turns(row['summary'], 'assistant', 'trained'),
  ],
  question: (row) => [
    ...turns(row['context'], 'context'),
    ...turns(row['question'], 'user'),
    ...turns(row['answers'] ?? row['answer'], 'assistant', 'trained'),
  ],
  prompt: (row) => turns(row['prompt'], 'user'),
  text: (row) => turns(row['text'], 'text', 'trained'),
}

/** A row as the conversation that it is; a row of no known shape field by field. */
export function conversation(row: Row): Turn[] {
  const key = Object.keys(READERS).find((name) => row[name] !== undefined && row[name] !== null)
  const found = key === undefined ? [] : (READERS[key]?.(row) ?? [])
  return found.length > 0 ? found : Object.entries(row).map(([role, value]) => ({ role, text: text(value) }))
}
