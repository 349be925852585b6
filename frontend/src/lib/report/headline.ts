export interface Headline {
  metric: string
  base: number
  tuned: number
  verdict: string
}

type Mapping = Record<string, unknown>

function mapping(value: unknown): Mapping | null {
  return typeof value === 'object' && value !== null ? (value as Mapping) : null
}

/** The primary metric of a report, as it is kept with a model or a run; nothing where none was measured. */
export function headline(report: unknown): Headline | null {
  const found = mapping(report)
  const name = found?.['primary_metric']
  const metric = typeof name === 'string' ? mapping(mapping(found?.['metrics'])?.[name]) : null
  const { base, tuned, verdict } = metric ?? {}
  if (typeof name !== 'string' || typeof base !== 'number' || typeof tuned !== 'number') return null
  return { metric: name, base, tuned, verdict: typeof verdict === 'string' ? verdict : '' }
}
