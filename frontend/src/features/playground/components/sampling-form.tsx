import { useId } from 'react'
import { useTranslation } from 'react-i18next'

import { HelpLabel } from '@/components/schema-form/help-label'
import { spoken } from '@/components/schema-form/spoken'
import { limits, NumberField } from '@/components/schema-form/number-field'
import type { Field } from '@/components/schema-form/json-schema'

import type { Sampling } from '../api/ask'
import { GREEDY } from '../api/sampling'
import classes from './sampling-form.module.css'

const NAMES = ['temperature', 'max_new_tokens', 'top_p', 'top_k', 'repetition_penalty', 'seed'] as const
type Name = (typeof NAMES)[number]

function field(name: Name, kind: 'number' | 'integer', range: Partial<Field>): Field {
  return {
    dotted: name,
    texts: [],
    group: '',
    name,
    kind,
    description: '',
    nullable: false,
    choices: [],
    word: null,
    entries: null,
    default: GREEDY[name],
    minimum: null,
    maximum: null,
    exclusiveMinimum: null,
    exclusiveMaximum: null,
    ...range,
  }
}

const FIELDS: Record<Name, Field> = {
  // As far as `/v1/chat/completions` goes, so that the same can be asked there.
  temperature: field('temperature', 'number', { minimum: 0, maximum: 2 }),
  max_new_tokens: field('max_new_tokens', 'integer', { minimum: 1 }),
  top_p: field('top_p', 'number', { exclusiveMinimum: 0, maximum: 1 }),
  top_k: field('top_k', 'integer', { minimum: 0 }),
  repetition_penalty: field('repetition_penalty', 'number', { exclusiveMinimum: 0, maximum: 5 }),
  seed: field('seed', 'integer', { minimum: 0, nullable: true }),
}

/** How an answer is chosen among the likely ones. */
export function SamplingForm({ value, onChange }: { value: Sampling; onChange: (next: Sampling) => void }) {
  return (
    <div className={classes.form}>
      {NAMES.map((name) => (
        <Choice
          key={name}
          name={name}
          value={value[name]}
          onChange={(next) => onChange({ ...value, [name]: next })}
        />
      ))}
    </div>
  )
}

interface ChoiceProps {
  name: Name
  value: Sampling[Name]
  onChange: (next: number | null) => void
}

function Choice({ name, value, onChange }: ChoiceProps) {
  const { t } = useTranslation()
  const id = useId()
  const help = t(`playground.setting.${name}.help`)
  return (
    <div>
      <HelpLabel
        name={t(`playground.setting.${name}.name`)}
        help={help}
        note={limits(FIELDS[name])}
        htmlFor={id}
      />
      <NumberField {...spoken(help)} id={id} field={FIELDS[name]} value={value} onChange={onChange} />
    </div>
  )
}
