import { told } from '../i18n'

/** Measures of which less is more; of all others, more is. */
const LOWER_IS_BETTER = /(^|_)(loss|perplexity|kl|error|wer|cer)$/i

/** `exact_match` → `Exact match`: by the texts' one table of measures, else as the name reads. */
export function metricName(name: string): string {
  const known = told(`metric.${name.replaceAll('/', '_').replaceAll('.', '_')}`)
  if (known !== null) return known
  const words = name.replaceAll(/[_/.]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function lowerIsBetter(name: string): boolean {
  return LOWER_IS_BETTER.test(name)
}

/** The places of the values that are best of all; none where all are alike. */
export function best(name: string, values: readonly unknown[]): ReadonlySet<number> {
  const known = values.filter((value) => typeof value === 'number')
  const wanted = lowerIsBetter(name) ? Math.min(...known) : Math.max(...known)
  const found = values.flatMap((value, index) => (value === wanted ? [index] : []))
  return new Set(known.length > 1 && found.length < known.length ? found : [])
}
