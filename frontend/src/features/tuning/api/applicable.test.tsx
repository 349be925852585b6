import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { expect, test } from 'vitest'

import { fieldsOf, type JsonSchema } from '@/components/schema-form/json-schema'
import { SchemaForm } from '@/components/schema-form/schema-form'
import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import { limitsOf } from './applicable'

const SCHEMA: JsonSchema = {
  properties: {
    stride: { type: 'integer', default: 128 },
    merge: { type: 'boolean', default: false },
    bits: { anyOf: [{ enum: [4, 8] }, { type: 'null' }], default: null },
    start: { enum: ['default', 'gaussian', 'loftq'], default: 'default' },
    ratio: { anyOf: [{ type: 'number' }, { type: 'null' }], default: null },
    rate: { type: 'number', default: 1 },
  },
}
const DEFAULTS = { stride: 128, merge: false, bits: null, start: 'default', ratio: null, rate: 1 }

const no = (key: string, value: boolean | number | string, code = 'of-a-later-version') => ({
  key,
  value,
  code,
  reason: `not ${String(value)}`,
})
const FOUND = {
  idle: [
    { key: 'stride', code: 'windows-are-for-encoders', reason: 'only encoders read so', remedy: 'set it' },
  ] as const,
  refused: [
    no('merge', true, 'nothing-to-merge'),
    no('bits', 4),
    no('bits', 8),
    no('start', 'loftq'),
    no('ratio', 1),
  ],
}

function form(values: object = DEFAULTS) {
  const limits = limitsOf({ idle: [...FOUND.idle], refused: FOUND.refused }, i18next)
  const noop = () => undefined
  return show(
    <SchemaForm
      fields={fieldsOf(SCHEMA)}
      values={values}
      defaults={DEFAULTS}
      errors={{}}
      limits={limits}
      onChange={noop}
      onReset={noop}
    />,
  )
}

test('what changes nothing is closed and says why, in the page’s language', async () => {
  const { unmount } = form()
  expect(screen.getByRole('textbox', { name: 'Stride' })).toBeDisabled()
  expect(screen.getByText('No effect here: only encoders read so.')).toBeInTheDocument()
  unmount()
  await speak('de')
  form()
  expect(screen.getByText(/^Hier ohne Wirkung: nur Encoder, die Fragen beantworten/)).toBeInTheDocument()
  expect(screen.getByText(/^Wo alle Gewichte trainiert werden/)).toBeInTheDocument()
  await speak('en')
})

test('a setting is closed where every other value is refused, and open where one is not', async () => {
  form()
  expect(screen.getByRole('switch', { name: 'Merge' })).toBeDisabled()
  expect(screen.getByText('Not true')).toBeInTheDocument()
  expect(screen.getByRole('combobox', { name: 'Bits' })).toBeDisabled()
  expect(screen.getByRole('textbox', { name: 'Ratio' })).toBeDisabled()
  expect(screen.getByRole('textbox', { name: 'Rate' })).toBeEnabled()
  const start = screen.getByRole('combobox', { name: 'Start' })
  expect(start).toBeEnabled()
  await userEvent.click(start)
  const offered = await screen.findAllByRole('option')
  expect(offered.map((one) => one.getAttribute('data-combobox-disabled'))).toEqual([null, null, 'true'])
  expect(within(offered[2] as HTMLElement).getByText('Not loftq')).toBeInTheDocument()
})

test('what was chosen before it became idle can be given back', () => {
  form({ ...DEFAULTS, stride: 64 })
  expect(screen.getByRole('textbox', { name: 'Stride' })).toBeDisabled()
  expect(screen.getByRole('button', { name: 'Stride: back to the default' })).toBeEnabled()
})

test('as long as nothing is known all is open', () => {
  const limits = limitsOf({ idle: [], refused: [] }, i18next)
  for (const field of fieldsOf(SCHEMA)) {
    expect(limits.closed(field, null)).toBeNull()
    expect(limits.refused(field)).toEqual({})
  }
})
