import { branch, type Field, fieldsOf, type JsonSchema } from '@/components/schema-form/json-schema'
import { same, valueAt, type Values, withValue } from '@/components/schema-form/paths'

import type { TrainingConfig } from './recipes'

/** Which branch of each union a config has taken: `{ strategy: 'sft' }`. */
export function branches(root: JsonSchema, config: object): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, schema] of Object.entries(root.properties ?? {})) {
    const property = schema.discriminator?.propertyName
    const chosen = property === undefined ? undefined : valueAt(config, `${name}.${property}`)
    if (typeof chosen === 'string') found[name] = chosen
  }
  return found
}

/** The defaults with a person's choices in them. A choice for another branch than the one taken waits. */
export function compose(
  root: JsonSchema,
  defaults: TrainingConfig,
  chosen: Record<string, unknown>,
): TrainingConfig {
  let config = defaults
  for (const [name, schema] of Object.entries(root.properties ?? {})) {
    const property = schema.discriminator?.propertyName
    if (property === undefined) continue
    const wanted = chosen[`${name}.${property}`]
    if (typeof wanted === 'string' && wanted !== valueAt(config, `${name}.${property}`)) {
      const now = branch(schema, String(valueAt(config, `${name}.${property}`)), root)
      config = withValue(
        config,
        name,
        defaultsOfBranch(branch(schema, wanted, root), now, valueAt(config, name)),
      )
    }
  }
  const known = new Set(fieldsOf(root, branches(root, config)).map((field) => field.dotted))
  for (const [dotted, value] of Object.entries(chosen)) {
    if (known.has(dotted)) config = withValue(config, dotted, value)
  }
  return config
}

/** A branch's own defaults; what it has in common with the one before, name, type and default, keeps its value. */
function defaultsOfBranch(schema: JsonSchema | null, former: JsonSchema | null, before: unknown): Values {
  const kept = (before ?? {}) as Values
  const alike = (key: string, one: JsonSchema) => {
    const other = former?.properties?.[key]
    return other !== undefined && same(other.default, one.default) && same(other.enum, one.enum)
  }
  return Object.fromEntries(
    Object.entries(schema?.properties ?? {}).map(([key, one]) => [
      key,
      one.const ?? (key in kept && alike(key, one) ? kept[key] : one.default),
    ]),
  )
}

/** Every setting of a config as a choice, but for the model and the dataset, which the draft holds by themselves. */
export function choicesOf(fields: Field[], config: object): Record<string, unknown> {
  return Object.fromEntries(
    fields
      .filter(({ dotted }) => dotted !== 'model' && dotted !== 'dataset')
      .map(({ dotted }) => [dotted, valueAt(config, dotted)]),
  )
}

/** The settings in which a config is not the default: for the command line. */
export function differences(fields: Field[], config: object, defaults: object): [string, unknown][] {
  return fields
    .filter(({ dotted }) => !same(valueAt(config, dotted), valueAt(defaults, dotted)))
    .map(({ dotted }) => [dotted, valueAt(config, dotted)])
}
