import i18next from 'i18next'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { Problem } from '@/lib/api/problem'
import { speak } from '@/lib/i18n'

import { errorWords } from './error-words'

const problem = (body: object) =>
  new Problem({ type: 'urn:modelforge:error', title: 'Error', status: 422, detail: 'In English.', ...body })
const words = (body: object) => errorWords(problem(body).told, i18next)
const RECIPE = {
  code: 'config-not-usable',
  params: { faults: 'In English.' },
  errors: [
    {
      key: 'finetuning_type',
      found: "'half'",
      expected: "'lora' or 'full'",
      kind: 'literal_error',
      params: { expected: "'lora', 'full'" },
    },
    {
      key: 'learning_rat',
      found: '1',
      expected: 'a known key',
      kind: 'misspelt-key',
      params: { near: 'lr' },
    },
    { key: 'lora.r', found: 'this combination', expected: 'as the server says', kind: 'combination' },
  ],
}

beforeEach(() => speak('de'))
afterEach(() => speak('en'))

test('a recipe that cannot be used says in German of each key what was found, expected and is to be done', () => {
  expect(words(RECIPE).message).toBe(
    'So lässt sich das Rezept nicht verwenden. ' +
      "finetuning_type: gefunden 'half', erwartet eines von 'lora', 'full'. Berichtigen Sie `finetuning_type`. " +
      'learning_rat: gefunden 1, erwartet ein bekannter Schlüssel. Meinten Sie `lr`? ' +
      'lora.r: as the server says.',
  )
})

test('what does not go together is told in German, with its values', () => {
  const expected = 'label_smoothing_factor smooths the loss of sft, not that of kto; set it to 0'
  const fault = { key: 'the recipe', found: 'this combination', expected, kind: 'smooths-another-loss' }
  expect(words({ ...RECIPE, errors: [{ ...fault, params: { strategy: 'kto' } }] }).message).toBe(
    'So lässt sich das Rezept nicht verwenden. ' +
      'label_smoothing_factor glättet den Verlust von sft, nicht den von kto; setzen Sie es auf 0.',
  )
})

test('what does not go together within one key is told behind that key, and in a stage', () => {
  const expected = 'both weights are 0, so nothing would be learned'
  const fault = { found: 'this combination', expected, kind: 'both-weights-zero' }
  const said = (key: string) => words({ ...RECIPE, errors: [{ ...fault, key }] }).message
  const reason = 'Beide Gewichte sind 0, sodass nichts gelernt würde.'
  expect(said('strategy')).toBe(`So lässt sich das Rezept nicht verwenden. strategy: ${reason}`)
  expect(said('stages.1.strategy')).toBe(
    `So lässt sich das Rezept nicht verwenden. stages.1.strategy: ${reason}`,
  )
  expect(said('stages.1.the recipe')).toBe(`So lässt sich das Rezept nicht verwenden. ${reason}`)
})

test('a device that does not suit the recipe is refused in German with the reason', () => {
  const params = { device: 'cpu', precision: 'fp32', refusal: 'unsloth-needs-gpu' }
  expect(words({ code: 'device-against-recipe', params }).message).toBe(
    'Dieser Lauf würde auf cpu in fp32 rechnen, und das passt nicht zum Rezept: unsloth braucht eine NVIDIA-GPU; setzen Sie compute.device: auto oder provider: huggingface.',
  )
})

test('a task of a plug-in that does not suit the recipe is refused in German with the reason', () => {
  const params = { task: 'topics', refusal: 'head-cannot-be-packed' }
  expect(words({ code: 'task-against-recipe', params }).message).toMatch(
    /^Die Aufgabe topics schreibt keine Antworten, .* passt nicht zum Rezept: .*strategy\.packing: false\.$/,
  )
})

describe('a model in use', () => {
  const IN_USE = {
    code: 'model-in-use',
    params: { model: 'base', users: 'the adapter one, of a plug-in' },
    in_use_by: ['the adapter one', 'of a plug-in'],
    remarks: { 'the adapter one': { code: 'used-by-adapter', params: { id: 'one' } } },
  }

  test('is said in German with what needs it, as far as the texts know that', () => {
    expect(words(IN_USE).message).toBe('base wird noch gebraucht: Adapter one, of a plug-in.')
  })

  test('in English is what the server says', async () => {
    await speak('en')
    expect(words(IN_USE).message).toBe('In English.')
  })
})

test('the same in English is what the server says', async () => {
  await speak('en')
  expect(words(RECIPE).message).toBe('In English.')
})

test('a field of a request is refused with what German expects there', () => {
  const errors = [{ key: 'body.rows', expected: 'less than 5', kind: 'less_than', params: { lt: 5 } }]
  const params = { key: 'body.rows', expected: 'less than 5' }
  expect(words({ code: 'request-not-valid', params, errors }).message).toBe('body.rows: kleiner als 5.')
  const key = 'body.tools.0'
  const kind = 'function-without-name'
  const tool = { params: { key, expected: '' }, errors: [{ key, expected: '', kind, params: {} }] }
  expect(words({ code: 'request-not-valid', ...tool }).message).toBe(
    'body.tools.0: eine Funktion braucht einen Namen.',
  )
})

test('a stage is named before what is wrong with it, and what the preflight found is told in German', () => {
  const findings = [
    { truth: 'no-rows', severity: 'ok', message: 'Nothing.' },
    { truth: 'x', severity: 'error', message: 'No rows.', fix: 'Add.', code: 'rows-beyond-positions' },
  ]
  const finding = { ...findings[1], params: { longest: 2000, limit: 1024 } }
  const { message, hint } = words({
    code: 'preflight-refuses',
    params: { finding: 'No rows.', fix: 'Add.', stage_number: 2, stages: 3, stage_name: 'dpo' },
    preflight: { findings: [findings[0], finding] },
  })
  expect(message).toBe(
    'Stufe 2 von 3 (dpo): Die Prüfung lässt diesen Lauf nicht zu. ' +
      'Die längste Zeile hat 2.000 Token, und das Modell hat nur Positionen für 1.024.',
  )
  expect(hint).toContain('Setzen Sie data.max_length auf 1.024 oder weniger')
})

test('a row is named before what is wrong with it, and its stage before that', () => {
  const row = { code: 'template-refuses', params: { reason: 'No system turn.', in_row: 1234 } }
  const { message, hint } = words(row)
  expect(message).toMatch(/^Zeile 1\.234: .*No system turn\./)
  expect(hint).not.toBeNull()
  const staged = words({ ...row, params: { ...row.params, stage_number: 2, stages: 3, stage_name: 'dpo' } })
  expect(staged.message).toBe(`Stufe 2 von 3 (dpo): ${message}`)
  const heldOut = words({ ...row, params: { reason: 'No system turn.', in_held_out_row: 3 } })
  expect(heldOut.message).toMatch(/^Zeile 3 von data\.validation_dataset: .*No system turn\./)
})

test('an error of a stage that the page does not know stays as the server says it, stage included', () => {
  const params = { stage_number: 2, stages: 3, stage_name: 'dpo' }
  expect(words({ detail: 'Stage 2 of 3 (dpo): In English.', params }).message).toBe(
    'Stage 2 of 3 (dpo): In English.',
  )
})

test('the problems of a dataset are no faults of fields', () => {
  const errors = [{ file: 'a.jsonl', line: 1, found: '', expected: 'text', fix: '' }]
  const params = { name: 'a.jsonl', count: 2 }
  expect(problem({ errors }).told.faults).toEqual([])
  expect(words({ code: 'dataset-has-problems', params, errors }).message).toBe('a.jsonl hat 2 Probleme.')
})
