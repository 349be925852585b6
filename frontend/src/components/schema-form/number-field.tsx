import { TextInput, type TextInputProps } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Field } from './json-schema'

interface NumberFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  field: Field
  value: unknown
  error?: string | undefined
  onChange: (value: number | null) => void
}

/**
 * A number as people of this field write it: `0.0002`, `2e-4`, `0,5`. An empty field means nothing where that is
 * allowed; 0 is a value like any other. What is no number stays as it was typed, and is said to be none.
 */
export function NumberField({ field, value, error, onChange, ...rest }: NumberFieldProps) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed ?? written(value)
  const read = parse(shown, field)
  const own = read === 'refused' ? t('form.notANumber') : undefined
  return (
    <TextInput
      {...rest}
      inputMode="decimal"
      value={shown}
      error={own ?? error}
      placeholder={field.nullable ? t('form.empty') : undefined}
      onChange={(event) => {
        const text = event.currentTarget.value
        setTyped(text)
        const next = parse(text, field)
        if (next !== 'refused') onChange(next)
      }}
      onBlur={() => setTyped(null)}
    />
  )
}

function written(value: unknown): string {
  return typeof value === 'number' ? String(value) : ''
}

function parse(text: string, field: Field): number | null | 'refused' {
  const plain = text.trim().replace(',', '.')
  if (plain === '') return field.nullable ? null : 'refused'
  const value = Number(plain)
  if (!Number.isFinite(value) || (field.kind === 'integer' && !Number.isInteger(value))) return 'refused'
  return value
}

/** What a number may be, for the eye: `0 – 1`, `≥ 1`. */
export function limits(field: Field): string | null {
  const low = field.minimum ?? field.exclusiveMinimum
  const high = field.maximum ?? field.exclusiveMaximum
  const lowSign = field.minimum === null ? '>' : '≥'
  const highSign = field.maximum === null ? '<' : '≤'
  const parts = [low === null ? null : `${lowSign} ${low}`, high === null ? null : `${highSign} ${high}`]
  return parts.filter((part) => part !== null).join(', ') || null
}
