import { expect, test } from 'vitest'

import { fieldsOf, type JsonSchema } from './json-schema'
import { humanised } from './words'

const SCHEMA: JsonSchema = {
  $defs: {
    Lora: { properties: { r: { type: 'integer', minimum: 1, default: 16, description: 'The rank.' } } },
    Sft: { properties: { name: { const: 'sft' }, packing: { type: 'boolean', default: false } } },
    Dpo: {
      properties: { name: { const: 'dpo' }, beta: { type: 'number', exclusiveMinimum: 0, default: 0.1 } },
    },
  },
  properties: {
    name: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
    kind: { enum: ['lora', 'full'], default: 'lora' },
    lora: { $ref: '#/$defs/Lora' },
    modules: {
      anyOf: [
        { const: 'all-linear', type: 'string' },
        { type: 'array', items: { type: 'string' } },
      ],
      default: 'all-linear',
    },
    strategy: {
      discriminator: { propertyName: 'name', mapping: { sft: '#/$defs/Sft', dpo: '#/$defs/Dpo' } },
      oneOf: [{ $ref: '#/$defs/Sft' }, { $ref: '#/$defs/Dpo' }],
    },
  },
}

const dotted = (chosen = {}) => fieldsOf(SCHEMA, chosen).map((field) => field.dotted)

test('every property becomes a field, groups and references resolved', () => {
  expect(dotted()).toEqual(['name', 'kind', 'lora.r', 'modules', 'strategy.name', 'strategy.packing'])
})

test('a union shows the fields of the branch that is chosen', () => {
  expect(dotted({ strategy: 'dpo' })).toContain('strategy.beta')
  expect(dotted({ strategy: 'dpo' })).not.toContain('strategy.packing')
})

test('kinds, limits and choices are read', () => {
  const fields = Object.fromEntries(fieldsOf(SCHEMA).map((field) => [field.dotted, field]))
  expect(fields['name']).toMatchObject({ kind: 'text', nullable: true })
  expect(fields['kind']).toMatchObject({ kind: 'choice', choices: ['lora', 'full'] })
  expect(fields['lora.r']).toMatchObject({
    kind: 'integer',
    minimum: 1,
    description: 'The rank.',
    group: 'lora',
  })
  expect(fields['modules']).toMatchObject({ kind: 'list', word: 'all-linear' })
  expect(fields['strategy.name']).toMatchObject({ kind: 'choice', choices: ['sft', 'dpo'], default: 'sft' })
})

test('an unknown setting has a readable name', () => {
  expect(humanised('lr_scheduler_type')).toBe('Learning rate scheduler type')
})
