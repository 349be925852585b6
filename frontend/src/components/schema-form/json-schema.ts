/** As much of JSON Schema as pydantic writes. */
export interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  type?: string
  title?: string
  description?: string
  default?: unknown
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  discriminator?: { propertyName: string; mapping: Record<string, string> }
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  maxLength?: number
  minLength?: number
}

export type FieldKind = 'switch' | 'choice' | 'number' | 'integer' | 'text' | 'list' | 'objects' | 'json'

/** A list's entries: one kind of object, or several told apart by one of their properties. */
export interface Entries {
  /** `kind`; nothing where all entries are of one kind. */
  told: string | null
  kinds: readonly string[]
  /** The fields of an entry, of the kind that it is. */
  fieldsOf: (kind: string | null) => Field[]
}

/** One setting, ready to be drawn. */
export interface Field {
  /** `optimization.learning_rate` */
  dotted: string
  /** The names of its texts, the most particular first: `strategy_dpo_beta`, `strategy_beta`. */
  texts: readonly string[]
  /** `optimization`, or nothing at the top level. */
  group: string
  name: string
  kind: FieldKind
  description: string
  nullable: boolean
  choices: (string | number)[]
  /** A list's one word that stands for a whole: `all-linear`. */
  word: string | null
  /** What an entry of a list of objects is, its references resolved on demand. */
  entries: Entries | null
  default: unknown
  minimum: number | null
  maximum: number | null
  exclusiveMinimum: number | null
  exclusiveMaximum: number | null
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace('#/$defs/', '')
  return name === undefined ? schema : { ...root.$defs?.[name], ...schema, $ref: undefined }
}

/** The branch of a discriminated union that a name stands for. */
export function branch(union: JsonSchema, name: string, root: JsonSchema): JsonSchema | null {
  const ref = union.discriminator?.mapping[name]
  return ref === undefined ? null : resolve({ $ref: ref }, root)
}

/** The names of a union's branches as they are declared, the default first: the mapping is sorted by the alphabet. */
function branchNames({ discriminator, oneOf = [] }: JsonSchema): string[] {
  const names = Object.entries(discriminator?.mapping ?? {})
  return oneOf.flatMap(({ $ref }) => names.filter(([, ref]) => ref === $ref).map(([name]) => name))
}

/** Every setting of a configuration, in the schema's order; of a union, those of the branch that is chosen. */
export function fieldsOf(root: JsonSchema, chosen: Record<string, string> = {}): Field[] {
  return Object.entries(root.properties ?? {}).flatMap(([name, written]) => {
    const schema = resolve(written, root)
    if (schema.discriminator) return unionFields(name, schema, root, chosen[name])
    if (schema.properties) return groupFields(name, schema, root)
    return [field(name, '', schema, root)]
  })
}

/** The settings of a group; of a branch of a union, or of a kind of entry, some have texts of their own. */
function groupFields(
  group: string,
  schema: JsonSchema,
  root: JsonSchema,
  texts: readonly string[] = [group],
): Field[] {
  return Object.entries(schema.properties ?? {}).map(([name, one]) => ({
    ...field(name, group, resolve(one, root), root),
    texts: texts.map((before) => `${before}_${name}`),
  }))
}

function unionFields(
  group: string,
  union: JsonSchema,
  root: JsonSchema,
  chosen: string | undefined,
): Field[] {
  const { propertyName } = union.discriminator ?? { propertyName: 'name' }
  const names = branchNames(union)
  const taken = chosen ?? names[0] ?? ''
  const current = branch(union, taken, root) ?? {}
  const rest = groupFields(group, current, root, [`${group}_${taken}`, group]).filter(
    (one) => one.name !== propertyName,
  )
  const selector = field(propertyName, group, { enum: names, description: union.description ?? '' }, root)
  return [{ ...selector, default: names[0] }, ...rest]
}

function field(name: string, group: string, schema: JsonSchema, root: JsonSchema): Field {
  const options = (schema.anyOf ?? []).map((one) => resolve(one, root))
  const value = options.find((one) => one.type !== 'null') ?? schema
  const dotted = group ? `${group}.${name}` : name
  return {
    dotted,
    texts: [dotted.replaceAll('.', '_')],
    group,
    name,
    kind: kindOf(value),
    description: schema.description ?? '',
    nullable: options.some((one) => one.type === 'null'),
    choices: choicesOf(value),
    word: null,
    entries: null,
    default: schema.default,
    ...limitsOf(value),
    ...listOf(dotted, schema, options, root),
  }
}

/** What a field is when it is a list: of words, with one that may stand for all, or of objects. */
function listOf(
  dotted: string,
  schema: JsonSchema,
  options: JsonSchema[],
  root: JsonSchema,
): Partial<Pick<Field, 'kind' | 'word' | 'entries'>> {
  const list = [schema, ...options].find((one) => one.type === 'array')
  if (list === undefined) return {}
  const entries = list.items ? entriesOf(dotted, resolve(list.items, root), root) : null
  if (entries) return { kind: 'objects', entries }
  const word = options.find((one) => one.const !== undefined)?.const
  return { kind: 'list', word: typeof word === 'string' ? word : null }
}

function entriesOf(list: string, items: JsonSchema, root: JsonSchema): Entries | null {
  const texts = [list.replaceAll('.', '_')]
  if (items.discriminator) {
    const { propertyName: told, mapping } = items.discriminator
    return {
      told,
      kinds: Object.keys(mapping),
      fieldsOf: (kind) =>
        groupFields('', branch(items, kind ?? '', root) ?? {}, root, texts).filter(
          ({ name }) => name !== told,
        ),
    }
  }
  if (items.properties === undefined) return null
  return { told: null, kinds: [], fieldsOf: () => groupFields('', items, root, texts) }
}

function limitsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema) {
  return {
    minimum: minimum ?? null,
    maximum: maximum ?? null,
    exclusiveMinimum: exclusiveMinimum ?? null,
    exclusiveMaximum: exclusiveMaximum ?? null,
  }
}

function choicesOf(schema: JsonSchema): (string | number)[] {
  const found = schema.enum ?? (schema.const === undefined ? [] : [schema.const])
  return found.filter((one) => typeof one === 'string' || typeof one === 'number')
}

function kindOf(schema: JsonSchema): FieldKind {
  if (schema.enum !== undefined || schema.const !== undefined) return 'choice'
  if (schema.type === 'boolean') return 'switch'
  if (schema.type === 'integer') return 'integer'
  if (schema.type === 'number') return 'number'
  return schema.type === 'string' ? 'text' : 'json'
}
