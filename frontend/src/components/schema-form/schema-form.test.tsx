import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { beforeEach, expect, test } from 'vitest'

import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import { fieldsOf, type JsonSchema } from './json-schema'
import { valueAt, withValue } from './paths'
import { SchemaForm } from './schema-form'

const SCHEMA: JsonSchema = {
  properties: {
    rate: { type: 'number', minimum: 0, maximum: 1, default: 0.0002, description: 'How fast.' },
    steps: { anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }], default: null },
    merge: { type: 'boolean', default: false },
  },
}
const DEFAULTS = { rate: 0.0002, steps: null, merge: false }
let now: object
beforeEach(() => {
  now = DEFAULTS
})
const forget = () => undefined
const remember = (values: object) => {
  now = values
}

function Form({ errors = {} }: { errors?: Record<string, string> }) {
  const [values, setValues] = useState<object>(DEFAULTS)
  const change = (dotted: string, value: unknown) => {
    const next = withValue(values, dotted, value)
    remember(next)
    setValues(next)
  }
  return (
    <SchemaForm
      fields={fieldsOf(SCHEMA)}
      values={values}
      defaults={DEFAULTS}
      errors={errors}
      onChange={change}
      onReset={(dotted) => change(dotted, valueAt(DEFAULTS, dotted))}
    />
  )
}

const rate = () => screen.getByRole('textbox', { name: /^Rate/ })

test('0 stays 0, and a power of ten is a number', async () => {
  const user = userEvent.setup()
  show(<Form />)
  await user.clear(rate())
  await user.type(rate(), '0')
  expect(valueAt(now, 'rate')).toBe(0)
  await user.clear(rate())
  await user.type(rate(), '2e-4')
  expect(valueAt(now, 'rate')).toBe(0.0002)
  await user.clear(rate())
  await user.type(rate(), '0,5')
  expect(valueAt(now, 'rate')).toBe(0.5)
})

test('what is no number is said to be none and changes nothing', async () => {
  const user = userEvent.setup()
  show(<Form />)
  await user.clear(rate())
  await user.type(rate(), 'fast')
  expect(screen.getByText('This is not a number that can stand here.')).toBeInTheDocument()
  expect(valueAt(now, 'rate')).toBe(0.0002)
})

test('a thousand with a sign in it is neither taken as one nor guessed at', async () => {
  const user = userEvent.setup()
  show(<Form />)
  const steps = screen.getByRole('textbox', { name: /^Steps/ })
  await user.type(steps, '2000')
  for (const text of ['1,000', '1.000', '12.500']) {
    await user.clear(steps)
    await user.type(steps, text)
    expect(screen.getByText(`${text} can be read in two ways.`, { exact: false })).toBeInTheDocument()
    expect(valueAt(now, 'steps')).not.toBe(Number(text.replace(',', '.')))
  }
  await user.clear(rate())
  await user.type(rate(), '1,500')
  expect(screen.getByText('1,500 can be read', { exact: false })).toBeInTheDocument()
  await user.clear(rate())
  await user.type(rate(), '0,125')
  expect(valueAt(now, 'rate')).toBe(0.125)
})

test('a number is shown as the language writes it, and read back', async () => {
  await speak('de')
  const user = userEvent.setup()
  show(<Form />)
  expect(rate()).toHaveValue('0,0002')
  await user.clear(rate())
  await user.type(rate(), '1,125')
  expect(valueAt(now, 'rate')).toBe(1.125)
  await speak('en')
})

test('an empty field is nothing where that is allowed', async () => {
  const user = userEvent.setup()
  show(<Form />)
  const steps = screen.getByRole('textbox', { name: /^Steps/ })
  await user.type(steps, '12')
  expect(valueAt(now, 'steps')).toBe(12)
  await user.clear(steps)
  expect(valueAt(now, 'steps')).toBeNull()
})

test('a changed setting goes back to its default', async () => {
  const user = userEvent.setup()
  show(<Form />)
  await user.click(screen.getByRole('switch', { name: /^Merge/ }))
  expect(valueAt(now, 'merge')).toBe(true)
  await user.click(screen.getByRole('button', { name: 'Merge: back to the default' }))
  expect(valueAt(now, 'merge')).toBe(false)
})

const RULES: JsonSchema = {
  $defs: {
    Length: { properties: { kind: { const: 'length' }, at_most: { type: 'integer', default: 10 } } },
    Regex: { properties: { kind: { const: 'regex' }, pattern: { type: 'string' } } },
    OfAPlugIn: { properties: { kind: { const: 'of_a_plug_in' } } },
  },
  properties: {
    rewards: {
      type: 'array',
      default: [],
      items: {
        discriminator: {
          propertyName: 'kind',
          mapping: {
            length: '#/$defs/Length',
            regex: '#/$defs/Regex',
            of_a_plug_in: '#/$defs/OfAPlugIn',
          },
        },
        oneOf: [{ $ref: '#/$defs/Length' }, { $ref: '#/$defs/Regex' }, { $ref: '#/$defs/OfAPlugIn' }],
      },
    },
  },
}

test('a list of rules is built rule by rule, and a fault stands inside of its rule', async () => {
  const user = userEvent.setup()
  const Rules = () => {
    const [values, setValues] = useState<object>({ rewards: [] })
    return (
      <SchemaForm
        fields={fieldsOf(RULES)}
        values={values}
        defaults={{ rewards: [] }}
        errors={{ 'rewards.1.pattern': 'no regular expression' }}
        onChange={(dotted, value) => {
          const next = withValue(values, dotted, value)
          remember(next)
          setValues(next)
        }}
        onReset={forget}
      />
    )
  }
  show(<Rules />)
  for (const kind of ['Length', 'Regex']) {
    await user.click(screen.getByRole('button', { name: 'Add' }))
    await user.click(await screen.findByRole('menuitem', { name: kind }))
  }
  await user.type(screen.getByRole('textbox', { name: /^Pattern/ }), 'yes')
  expect(valueAt(now, 'rewards')).toEqual([
    { kind: 'length', at_most: 10 },
    { kind: 'regex', pattern: 'yes' },
  ])
  expect(screen.getByText('no regular expression')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Remove Length 1' }))
  expect(valueAt(now, 'rewards')).toEqual([{ kind: 'regex', pattern: 'yes' }])
})

test('rules are called as the texts call them; one of a plug-in by its own name', async () => {
  await speak('de')
  const user = userEvent.setup()
  const strategy = { rewards: [{ kind: 'length' }, { kind: 'of_a_plug_in' }] }
  show(
    <SchemaForm
      fields={fieldsOf({ ...RULES, properties: { strategy: { properties: RULES.properties ?? {} } } })}
      values={{ strategy }}
      defaults={{ strategy }}
      errors={{}}
      onChange={() => undefined}
      onReset={forget}
    />,
  )
  expect(screen.getByRole('group', { name: 'Belohnungen' })).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Länge 1 entfernen' })).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Of a plug in 2 entfernen' })).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Hinzufügen' }))
  const offered = await screen.findAllByRole('menuitem')
  expect(offered.map((one) => one.textContent)).toEqual(['Länge', 'Muster (Regex)', 'Of a plug in'])
  await speak('en')
})

test('each control is called by its name alone, and told of by its help', () => {
  const kinds: JsonSchema = {
    properties: {
      rate: { type: 'number', default: 1, description: 'How fast.' },
      merge: { type: 'boolean', default: false, description: 'Whether.' },
      note: { type: 'string', default: '', description: 'What.' },
      kind: { enum: ['a', 'b'], default: 'a', description: 'Which.' },
      words: { type: 'array', items: { type: 'string' }, default: [], description: 'Many.' },
      any: { default: {}, description: 'Anything.' },
    },
  }
  const values = { rate: 1, merge: true, note: '', kind: 'a', words: [], any: {} }
  show(
    <SchemaForm
      fields={fieldsOf(kinds)}
      values={values}
      defaults={{ ...values, merge: false }}
      errors={{}}
      onChange={() => undefined}
      onReset={forget}
    />,
  )
  for (const [role, name, help] of [
    ['textbox', 'Rate', 'How fast.'],
    ['switch', 'Merge', 'Whether.'],
    ['textbox', 'Note', 'What.'],
    ['combobox', 'Kind', 'Which.'],
    ['combobox', 'Words', 'Many.'],
    ['textbox', 'Any', 'Anything.'],
  ] as const) {
    const control = screen.getByRole(role, { name })
    expect(control, name).toHaveAccessibleDescription(help)
  }
})

test('what the server refuses stands at its setting', () => {
  show(<Form errors={{ rate: 'less than or equal to 1' }} />)
  expect(screen.getByText('less than or equal to 1')).toBeInTheDocument()
})
