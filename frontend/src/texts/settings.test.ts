import { expect, test } from 'vitest'

import { type Field, fieldsOf, type JsonSchema } from '@/components/schema-form/json-schema'
import openapi from '@/lib/api/openapi.json'

import { setting, choice } from './de/settings'
import en from './en'

const WHERE = '#/components/schemas/'
const written = JSON.stringify(openapi.components.schemas).replaceAll(WHERE, '#/$defs/')
const $defs = JSON.parse(written) as Record<string, JsonSchema>
const ROOT: JsonSchema = { ...$defs['TrainingConfig'], $defs }
const STRATEGIES = Object.keys(ROOT.properties?.['strategy']?.discriminator?.mapping ?? {})

/** Words of recipes that are names: of kernels, number formats, optimizers, losses. */
const NAMES =
  /^([48]|huggingface|unsloth|sdpa|flash_attention_2|(fp|bf)(4|16|32)|nf4|b?float(16|32)|pissa\w*|olora|loftq|\w*(adam|sgd|adafactor)\w*|grpo|rloo|dapo|dr_grpo|bnpo|kto)$/
const isLoss = ({ name }: Field) => name === 'loss_type'

/** Every setting that any strategy has, and every one of a rule. */
const FIELDS = STRATEGIES.flatMap((strategy) => fieldsOf(ROOT, { strategy })).flatMap((field) => [
  field,
  ...(field.entries?.kinds ?? []).flatMap((kind) => field.entries?.fieldsOf(kind) ?? []),
])

const TEXTS: Record<string, { name: string; help: string }> = setting
const CHOICES: Record<string, Record<string, string>> = choice

test('the schema is walked whole', () => {
  const dotted = FIELDS.map((field) => field.dotted)
  expect(STRATEGIES).toEqual(['dpo', 'kto', 'qlora', 'reward', 'rlhf', 'sft'])
  expect(dotted).toEqual(expect.arrayContaining(['task', 'lora.r', 'strategy.top_p', 'tolerance']))
  expect(new Set(dotted).size).toBeGreaterThan(90)
})

test('every setting has its name and its help in German', () => {
  const untold = FIELDS.filter(({ texts }) => !texts.some((key) => TEXTS[key]?.name && TEXTS[key].help))
  expect(untold.map(({ texts }) => texts)).toEqual([])
})

test('every setting of a recipe has a name in English that is not made from its key, and no two look alike in a group', () => {
  const told = (field: Field) =>
    field.texts.map((key) => (en.setting as Record<string, { name: string }>)[key]?.name).find(Boolean)
  const recipes = STRATEGIES.map((strategy) =>
    fieldsOf(ROOT, { strategy }).filter(({ group, name }) => group !== '' || name.includes('_')),
  )
  expect(
    recipes
      .flat()
      .filter((field) => !told(field))
      .map(({ dotted }) => dotted),
  ).toEqual([])
  for (const fields of recipes) {
    const names = fields.map((field) => `${field.group}: ${told(field)}`)
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([])
  }
})

test('a setting that does not mean the same everywhere is not explained as if it did', () => {
  const meanings = new Map<string, Set<string>>()
  for (const { texts, description } of FIELDS) {
    const key = texts.find((one) => TEXTS[one]) ?? ''
    meanings.set(key, (meanings.get(key) ?? new Set()).add(description))
  }
  expect([...meanings].filter(([, meant]) => meant.size > 1)).toEqual([])
})

test('German and English speak of settings and choices that there are, and of no others', () => {
  const known = FIELDS.flatMap(({ texts }) => texts)
  const strange = (texts: object) => Object.keys(texts).filter((key) => !known.includes(key))
  for (const texts of [setting, choice, en.setting, en.choice]) expect(strange(texts)).toEqual([])
  for (const [key, told] of Object.entries(en.choice)) {
    expect(Object.keys(CHOICES[key] ?? {}), key).toEqual(Object.keys(told))
  }
})

test('every choice that is no name is told in German', () => {
  const offered = FIELDS.filter(({ kind }) => kind !== 'list').flatMap((field) =>
    [...field.choices.map(String), ...(field.entries?.kinds ?? [])].map((one) => ({ field, one })),
  )
  const untold = offered.filter(
    ({ field, one }) => !isLoss(field) && !NAMES.test(one) && !field.texts.some((key) => CHOICES[key]?.[one]),
  )
  expect(untold.map(({ field, one }) => `${field.dotted}: ${one}`)).toEqual([])
})
