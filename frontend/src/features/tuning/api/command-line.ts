import type { Field } from '@/components/schema-form/json-schema'
import { same } from '@/components/schema-form/paths'

import { differences } from './compose'
import type { TrainingConfig } from './recipes'

const PLAIN = /^[\w@%+=:,./-]+$/

function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** What YAML reads as text without quotes: begins with a letter, and holds neither `: ` nor ` #`. */
const TEXT = /^[A-Za-z](?:[\w ./'@+-]|:(?! |$))*$/
/** Words that begin with a letter and are something else to YAML, or a number to Python. */
const NO_TEXT = /^(?:y|n|yes|no|on|off|true|false|null|inf|infinity|nan)$/i

/** A value as the command reads it, which is YAML. */
function written(value: unknown): string {
  const isText = typeof value === 'string' && TEXT.test(value) && !NO_TEXT.test(value) && !value.endsWith(' ')
  return isText ? value : JSON.stringify(value)
}

/** The schema's own defaults, which a terminal starts from: this machine's are said in full. */
function plain(fields: Field[]): object {
  const whole: Record<string, unknown> = {}
  for (const field of fields) {
    if (field.group === '') whole[field.name] = field.default
    else whole[field.group] = { ...(whole[field.group] as object | undefined), [field.name]: field.default }
  }
  return whole
}

/** The command that starts the same run in a terminal. Of an object that nothing stands in, the schema tells no default. */
export function commandLine(fields: Field[], config: TrainingConfig): string {
  const named = differences(fields, config, plain(fields)).filter(
    ([dotted, value]) =>
      dotted !== 'model' && dotted !== 'dataset' && value !== undefined && !same(value, {}),
  )
  const words = [
    `model=${written(config.model)}`,
    `dataset=${written(config.dataset)}`,
    ...named.map(([dotted, value]) => `${dotted}=${written(value)}`),
  ]
  return ['modelforge train', ...words.map((word) => `  ${quoted(word)}`)].join(' \\\n')
}
