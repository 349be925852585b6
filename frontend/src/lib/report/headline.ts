import { lowerIsBetter } from './metric-name'

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

/** From the worst to the best. */
const VERDICTS = ['worse', 'no evidence', 'better']

/**
 * Which of two results is better, for sorting: by verdict, and of one verdict by metric and by its value, since values of
 * two metrics say nothing beside one another. The best first, metrics stand in the order of their names.
 */
export function compareHeadlines(one: Headline, other: Headline): number {
  const verdicts = VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict)
  if (verdicts !== 0) return verdicts
  if (one.metric !== other.metric) return other.metric.localeCompare(one.metric)
  return lowerIsBetter(one.metric) ? other.tuned - one.tuned : one.tuned - other.tuned
}
