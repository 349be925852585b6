import { TextInput, type TextInputProps } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { decimalSign } from '@/lib/format/format'

import type { Field } from './json-schema'
import { ORDER } from './spoken'
import { useTellUnread } from './unread'
import { shownName } from './words'

interface NumberFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  field: Field
  value: unknown
  error?: string | undefined
  onChange: (value: number | null) => void
}

/**
 * A number as people of this field write it: `0.0002`, `2e-4`, `0,5`. An empty field means nothing where that is
 * allowed; 0 is a value like any other. What is no number, or could be two, stays as it was typed, is said to be so,
 * and leaves the value that was there before.
 */
export function NumberField({ field, value, error, onChange, ...rest }: NumberFieldProps) {
  const { t, i18n } = useTranslation()
  const [typed, setTyped] = useState<{ text: string; value: unknown } | null>(null)
  const [before, setBefore] = useState(value)
  const text = typed !== null && Object.is(typed.value, value) ? typed.text : null
  const read = text === null ? null : parse(text, field)
  const own = isRefusal(read) ? t(`form.${read}`, { number: text }) : undefined
  useTellUnread(shownName(field, i18n), isRefusal(read))
  return (
    <TextInput
      {...rest}
      inputWrapperOrder={ORDER}
      inputMode="decimal"
      value={text ?? written(value)}
      error={own ?? error}
      placeholder={field.nullable ? t('form.empty') : undefined}
      onFocus={() => {
        if (!isRefusal(read)) setBefore(value)
      }}
      onChange={(event) => {
        const next = parse(event.currentTarget.value, field)
        const kept = isRefusal(next) ? (before as number | null) : next
        setTyped({ text: event.currentTarget.value, value: kept })
        if (!Object.is(kept, value)) onChange(kept)
      }}
      onBlur={() => {
        if (!isRefusal(read)) setTyped(null)
      }}
    />
  )
}

type Refusal = 'notANumber' | 'ambiguous'

function isRefusal(read: number | null | Refusal): read is Refusal {
  return typeof read === 'string'
}

function written(value: unknown): string {
  return typeof value === 'number' ? String(value).replace('.', decimalSign()) : ''
}

/** One separator with three digits behind it: a thousand and something, or one and a fraction. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2}([.,])\d{3}$/

function parse(text: string, field: Field): number | null | Refusal {
  const plain = text.trim()
  if (plain === '') return field.nullable ? null : 'notANumber'
  const separator = THOUSANDS.exec(plain)?.[1]
  if (separator !== undefined && (field.kind === 'integer' || separator !== decimalSign())) return 'ambiguous'
  const value = Number(plain.replace(',', '.'))
  if (!Number.isFinite(value) || (field.kind === 'integer' && !Number.isInteger(value))) return 'notANumber'
  return value
}

/** What a number may be, for the eye: `0 – 1`, `≥ 1`. */
export function limits(field: Field): string | null {
  const low = field.minimum ?? field.exclusiveMinimum
  const high = field.maximum ?? field.exclusiveMaximum
  const lowSign = field.minimum === null ? '>' : '≥'
  const highSign = field.maximum === null ? '<' : '≤'
  const parts = [
    low === null ? null : `${lowSign} ${written(low)}`,
    high === null ? null : `${highSign} ${written(high)}`,
  ]
  return parts.filter((part) => part !== null).join(', ') || null
}
