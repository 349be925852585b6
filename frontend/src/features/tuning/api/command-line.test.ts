import { describe, expect, test } from 'vitest'

import { fieldsOf, type JsonSchema } from '@/components/schema-form/json-schema'
import { withValue } from '@/components/schema-form/paths'
import openapi from '@/lib/api/openapi.json'

import { commandLine } from './command-line'
import type { TrainingConfig } from './recipes'

/** The schema of a recipe as the server hands it to the form: its references are those of a document of its own. */
function realSchema(): JsonSchema {
  const text = JSON.stringify(openapi.components.schemas).replaceAll('#/components/schemas/', '#/$defs/')
  const $defs = JSON.parse(text) as Record<string, JsonSchema>
  return { ...$defs['TrainingConfig'], $defs }
}

const ROOT = realSchema()
const STRATEGIES = Object.keys(ROOT.properties?.['strategy']?.discriminator?.mapping ?? {})

/** A config that is the schema's own defaults all over, learning with a strategy. */
function plainConfig(strategy: string) {
  const fields = fieldsOf(ROOT, { strategy })
  const plain = fields.reduce<object>(
    (whole, { dotted, default: value }) => withValue(whole, dotted, value),
    {},
  )
  const config = { ...withValue(plain, 'strategy.name', strategy), model: 'm', dataset: 'd' }
  return { fields, config: config as unknown as TrainingConfig }
}

describe('the command starts the same run as the form', () => {
  test('the schema knows the strategies', () => expect(STRATEGIES).toContain('sft'))

  test('what a command learns with unless told otherwise need not be said', () => {
    const { fields, config } = plainConfig('sft')
    expect(commandLine(fields, config)).toBe('modelforge train \\\n  model=m \\\n  dataset=d')
  })

  test('columns are said where they were mapped, and not where none were', () => {
    const { fields, config } = plainConfig('sft')
    const none = withValue(config, 'data.columns', {})
    expect(commandLine(fields, none)).not.toContain('data.columns')
    const mapped = withValue(config, 'data.columns', { input: 'q' })
    expect(commandLine(fields, mapped)).toContain(`'data.columns={"input":"q"}'`)
  })

  test.each(STRATEGIES.filter((name) => name !== 'sft'))('%s is named', (name) => {
    const { fields, config } = plainConfig(name)
    expect(commandLine(fields, config)).toContain(`\n  strategy.name=${name}`)
  })
})
