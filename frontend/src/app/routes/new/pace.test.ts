import { expect, test } from 'vitest'

import type { Run } from '@/features/runs/api/runs'
import type { PlanReport } from '@/features/tuning/api/plans'
import type { TrainingConfig } from '@/features/tuning/api/recipes'

import { paceOf, tokensOf } from './pace'

const CONFIG = {
  model: 'starter:chat',
  task: 'text-generation',
  strategy: { name: 'sft' },
  finetuning_type: 'lora',
  quantization: { bits: null },
  provider: 'huggingface',
  compute: { precision: 'auto', device: 'auto' },
} as TrainingConfig

const run = (config: object, more: object = {}) =>
  ({
    name: 'earlier',
    slot: 'cuda:1',
    progress: { step: 5, total_steps: 10, tokens_per_second: 800 },
    config: { ...CONFIG, ...config },
    ...more,
  }) as unknown as Run

test('a run that differs in what does not slow it down gives its speed, the newest first', () => {
  const alike = run({ seed: 1, dataset: 'another' })
  expect(paceOf([run({}, { progress: null }), alike, run({})], CONFIG, 'cuda:0')).toEqual({
    run: alike,
    speed: 800,
  })
})

test.each([
  ['model', { model: 'starter:seq2seq' }],
  ['task', { task: 'summarization' }],
  ['strategy', { strategy: { name: 'dpo' } }],
  ['what is trained', { finetuning_type: 'full' }],
  ['bits', { quantization: { bits: 4 } }],
  ['provider', { provider: 'unsloth' }],
  ['precision', { compute: { precision: 'fp32', device: 'auto' } }],
  ['device that it asked for', { compute: { precision: 'auto', device: 'cpu' } }],
])('a run with another %s says nothing of the speed', (_, config) => {
  expect(paceOf([run(config)], CONFIG, 'cuda:0')).toBeNull()
})

test.each([
  ['cpu', 'cuda:0', null],
  ['cuda:0', 'cpu', null],
  [null, 'cpu', null],
  ['cpu', 'cpu', 800],
])('what was measured on %s is worth on %s: %s', (slot, device, speed) => {
  expect(paceOf([run({}, { slot })], CONFIG, device)?.speed ?? null).toBe(speed)
})

test.each([
  ['epochs read all rows as often', { num_train_epochs: 2.5 }, 1500],
  ['without a number of epochs, once', {}, 600],
  [
    'steps read a mean batch each, whatever the epochs say',
    {
      num_train_epochs: 3,
      max_steps: 7,
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 2,
    },
    7 * 8 * 20,
  ],
])('tokens that are read: %s', (_, optimization, tokens) => {
  const config = { ...CONFIG, optimization } as TrainingConfig
  const preflight = { rows: 30, tokens: 600 } as PlanReport['preflight']
  expect(tokensOf(config, preflight)).toBe(tokens)
})

test('no rows make no tokens, and no figure that is none', () => {
  const config = { ...CONFIG, optimization: { max_steps: 5 } } as TrainingConfig
  expect(tokensOf(config, { rows: 0, tokens: 0 } as PlanReport['preflight'])).toBe(0)
})
