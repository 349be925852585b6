import i18next from 'i18next'
import { afterEach, expect, test } from 'vitest'

import { Problem } from '@/lib/api/problem'
import { speak } from '@/lib/i18n'

import { faultsOf } from './plans'

const refused = new Problem({
  type: 'urn:modelforge:configuration-error',
  title: 'Configuration error',
  status: 422,
  detail: 'The configuration cannot be used.',
  errors: [
    { key: 'lora.r', expected: 'less than or equal to 1024', kind: 'less_than_equal', params: { le: 1024 } },
    { key: 'task', expected: 'one of its tasks', kind: 'value_error', params: {} },
    { key: 'seed', expected: 'a value' },
  ],
})

afterEach(() => speak('en'))

test('in English a setting is refused in the server’s words', () => {
  expect(faultsOf(refused, i18next)['lora.r']).toBe('less than or equal to 1024')
})

test('in German with the same limits, and in the server’s words where the texts know no others', async () => {
  await speak('de')
  expect(faultsOf(refused, i18next)).toEqual({
    'lora.r': 'höchstens 1.024',
    task: 'one of its tasks',
    seed: 'a value',
  })
})
