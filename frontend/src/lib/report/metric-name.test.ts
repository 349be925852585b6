import { expect, test } from 'vitest'

import { best, metricName } from './metric-name'

test('a measure has its name in the texts, an unknown one reads as it is written', () => {
  expect(metricName('rougeL')).toBe('ROUGE-L')
  expect(metricName('macro_f1')).toBe('Macro F1')
  expect(metricName('marks_told_apart')).toBe('Marks told apart')
  expect(metricName('mark_agreement')).toBe('Agreement with the marks')
  expect(metricName('rewards/my_rule')).toBe('Rewards my rule')
})

test('the best of a line is the highest, or the lowest where less is more', () => {
  expect([...best('exact_match', [0.5, 0.7, null])]).toEqual([1])
  expect([...best('perplexity', [2, 1.5, 9])]).toEqual([1])
  expect([...best('accuracy', [1, 1])]).toEqual([])
})
