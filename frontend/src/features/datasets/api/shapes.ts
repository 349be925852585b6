import type { Shape } from './datasets'

interface ExpectedColumn {
  name: string
  required: boolean
}

const required = (...names: string[]): ExpectedColumn[] => names.map((name) => ({ name, required: true }))
const optional = (...names: string[]): ExpectedColumn[] => names.map((name) => ({ name, required: false }))

/** The columns that a shape is made of; the server has the last word. */
export const EXPECTED: Record<Shape, ExpectedColumn[]> = {
  input_output: required('input', 'output'),
  messages: [...required('messages'), ...optional('tools')],
  sharegpt: [...required('conversations'), ...optional('system', 'tools')],
  prompt_completion: [...required('prompt', 'completion'), ...optional('tools')],
  alpaca: [...required('instruction', 'output'), ...optional('input', 'system', 'history')],
  summary: required('document', 'summary'),
  question_answering: required('context', 'question', 'answers'),
  preference: [...optional('prompt'), ...required('chosen', 'rejected')],
  unpaired_preference: required('prompt', 'completion', 'label'),
  prompt_only: required('prompt'),
  classification: [...required('text', 'label'), ...optional('text_pair')],
  text: required('text'),
}

export const SHAPES = Object.keys(EXPECTED) as Shape[]
