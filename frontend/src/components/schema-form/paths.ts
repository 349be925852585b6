export type Values = Record<string, unknown>

/** The value at a dotted path. */
export function valueAt(values: unknown, dotted: string): unknown {
  return dotted
    .split('.')
    .reduce<unknown>(
      (found, key) => (typeof found === 'object' && found !== null ? (found as Values)[key] : undefined),
      values,
    )
}

/** The same values with another one at a dotted path; what is not on the way is shared. */
export function withValue<Whole extends object>(values: Whole, dotted: string, value: unknown): Whole {
  const [key = '', ...rest] = dotted.split('.')
  if (rest.length === 0) return { ...values, [key]: value }
  const inner = (values as Values)[key]
  const group = typeof inner === 'object' && inner !== null ? inner : {}
  return { ...values, [key]: withValue(group, rest.join('.'), value) }
}

/** Whether two settings say the same. */
export function same(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other)
}
