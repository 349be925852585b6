import { describe, expect, test } from 'vitest'

import { fieldsOf, type JsonSchema } from '@/components/schema-form/json-schema'

import { commandLine } from './command-line'
import { choicesOf, compose } from './compose'
import type { TrainingConfig } from './recipes'
import { suitsOf } from './suits'

const SCHEMA: JsonSchema = {
  $defs: {
    Sft: { properties: { name: { const: 'sft' }, packing: { type: 'boolean', default: false } } },
    Dpo: {
      properties: {
        name: { const: 'dpo' },
        packing: { type: 'boolean', default: false },
        beta: { type: 'number', default: 0.1 },
      },
    },
    Kto: {
      properties: {
        name: { const: 'kto' },
        packing: { type: 'boolean', default: true },
        beta: { type: 'number', default: 0.2 },
      },
    },
    Optimization: { properties: { learning_rate: { type: 'number', default: 0.0002 } } },
  },
  properties: {
    name: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
    model: { type: 'string' },
    dataset: { type: 'string' },
    strategy: {
      discriminator: {
        propertyName: 'name',
        mapping: { sft: '#/$defs/Sft', dpo: '#/$defs/Dpo', kto: '#/$defs/Kto' },
      },
      oneOf: [{ $ref: '#/$defs/Sft' }, { $ref: '#/$defs/Dpo' }, { $ref: '#/$defs/Kto' }],
    },
    optimization: { $ref: '#/$defs/Optimization' },
  },
}
const DEFAULTS = {
  name: null,
  model: 'starter:chat',
  dataset: 'sample:support',
  strategy: { name: 'sft', packing: true },
  optimization: { learning_rate: 0.004 },
} as unknown as TrainingConfig

describe('a config is the defaults with a person’s choices in them', () => {
  test('0 is a choice', () => {
    const config = compose(SCHEMA, DEFAULTS, { 'optimization.learning_rate': 0 })
    expect(config.optimization?.learning_rate).toBe(0)
  })

  test('another strategy brings its own settings and keeps what both have', () => {
    const config = compose(SCHEMA, DEFAULTS, { 'strategy.name': 'dpo' })
    expect(config.strategy).toEqual({ name: 'dpo', packing: true, beta: 0.1 })
  })

  test('what another strategy means differently starts from that one’s default', () => {
    const config = compose(
      SCHEMA,
      { ...DEFAULTS, strategy: { name: 'dpo', packing: false, beta: 0.5 } } as never,
      {
        'strategy.name': 'kto',
      },
    )
    expect(config.strategy).toEqual({ name: 'kto', packing: true, beta: 0.2 })
  })

  test('a choice for a strategy that is not taken waits', () => {
    expect(compose(SCHEMA, DEFAULTS, { 'strategy.beta': 0.5 }).strategy).toEqual({
      name: 'sft',
      packing: true,
    })
    const config = compose(SCHEMA, DEFAULTS, { 'strategy.beta': 0.5, 'strategy.name': 'dpo' })
    expect(config.strategy).toMatchObject({ beta: 0.5 })
  })

  test('an imported recipe comes back as it was', () => {
    const chosen = choicesOf(fieldsOf(SCHEMA), DEFAULTS)
    expect(compose(SCHEMA, DEFAULTS, chosen)).toEqual(DEFAULTS)
  })
})

test('the command names what is not the default, quoted where a shell would read it otherwise', () => {
  const config = { ...DEFAULTS, name: "it's mine" }
  expect(commandLine(fieldsOf(SCHEMA), config)).toBe(
    [
      'modelforge train \\',
      '  model=starter:chat \\',
      '  dataset=sample:support \\',
      "  'name=it'\\''s mine' \\",
      '  strategy.packing=true \\',
      '  optimization.learning_rate=0.004',
    ].join('\n'),
  )
})

test.each([
  ['Support #2', `'name="Support #2"'`],
  ['Test: 2', `'name="Test: 2"'`],
  ['2024', `'name="2024"'`],
  ['no', `'name="no"'`],
  ['', `'name=""'`],
  ['Support v1.2', `'name=Support v1.2'`],
  ['hub:own/data', 'name=hub:own/data'],
])('the text %j stays text for a command that reads YAML', (name, word) => {
  expect(commandLine(fieldsOf(SCHEMA), { ...DEFAULTS, name })).toContain(`\n  ${word} \\\n`)
})

test('rows that are preferences ask for a strategy that prefers, others for nothing', () => {
  expect(suitsOf('preference')).toEqual({ 'strategy.name': 'dpo' })
  expect(suitsOf('input_output')).toEqual({})
  expect(suitsOf(null)).toEqual({})
})
