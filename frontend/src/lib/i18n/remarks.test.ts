import i18next from 'i18next'
import { afterEach, expect, test } from 'vitest'

import { speak } from '@/lib/i18n'

import { remarkIn, remarksIn } from './remarks'

const CHECKED = {
  code: 'merge-checked',
  params: { prompts: 7, same: 6, difference: 0.00012345, tolerance: 0.25, dtype: 'bfloat16' },
} as const
const READ = { code: 'read-as', params: { written: 'lr', key: 'optimization.learning_rate' } } as const

afterEach(() => speak('en'))

test('in English a remark is told as the server tells it', () => {
  expect(remarkIn(i18next, 'Checked.', CHECKED)).toBe('Checked.')
})

test('in German with its figures as German writes them, small ones included', async () => {
  await speak('de')
  expect(remarkIn(i18next, 'Checked.', CHECKED)).toBe(
    'An 7 Fragen mit dem Adapter verglichen: dieselben Token, 6 von 7 Antworten gleich, die Logits höchstens 0,00012 auseinander (erlaubt: 0,25, bfloat16).',
  )
})

test('each sentence by its own remark; one without, and those of earlier versions, as they are', async () => {
  await speak('de')
  expect(remarksIn(i18next, ['Read.', 'Of a plug-in.'], { 'Read.': READ })).toEqual([
    '`lr` wurde als `optimization.learning_rate` gelesen.',
    'Of a plug-in.',
  ])
  expect(remarksIn(i18next, ['Read.'], undefined)).toEqual(['Read.'])
})
