import { expect, test } from 'vitest'

import { compareHeadlines, type Headline } from './headline'

const result = (verdict: string, metric: string, tuned: number): Headline => ({
  verdict,
  metric,
  tuned,
  base: 0,
})

test('results are sorted by verdict, then by metric, then by value in the direction of its metric', () => {
  const best = [
    result('better', 'accuracy', 0.9),
    result('better', 'accuracy', 0.4),
    result('better', 'perplexity', 2),
    result('better', 'perplexity', 30),
    result('no evidence', 'accuracy', 0.95),
    result('worse', 'perplexity', 1.5),
  ]
  expect([...best].reverse().sort((one, other) => compareHeadlines(other, one))).toEqual(best)
})
