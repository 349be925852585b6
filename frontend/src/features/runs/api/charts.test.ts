import { expect, test } from 'vitest'

import { planCharts } from './charts'

const one = { steps: [1], values: [1] }
const drawn = (...names: string[]) =>
  planCharts(Object.fromEntries(names.map((name) => [name, one]))).map(({ id, lines }) => [
    id,
    ...lines.map(({ series }) => series),
  ])

test('an imitation has its usual charts, and no chart of what only counts on', () => {
  expect(
    drawn('loss', 'evaluation_loss', 'grad_norm', 'learning_rate', 'tokens', 'epoch', 'seconds_left'),
  ).toEqual([
    ['learning_rate', 'learning_rate'],
    ['grad_norm', 'grad_norm'],
  ])
})

test('rewards come first, the two answers in one chart, held out beside training', () => {
  expect(
    drawn(
      'learning_rate',
      'reward_rejected',
      'reward_chosen',
      'evaluation_reward_accuracy',
      'reward_accuracy',
    ),
  ).toEqual([
    ['reward_accuracy', 'reward_accuracy', 'evaluation_reward_accuracy'],
    ['rewards', 'reward_chosen', 'reward_rejected'],
    ['learning_rate', 'learning_rate'],
  ])
})

test('what no table knows is drawn last, by its own name', () => {
  expect(drawn('rewards/my_rule', 'evaluation_rewards/my_rule', 'kl')).toEqual([
    ['kl', 'kl'],
    ['rewards/my_rule', 'rewards/my_rule', 'evaluation_rewards/my_rule'],
  ])
})
