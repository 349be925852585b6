import type { TFunction } from 'i18next'

import { formatBytes, formatNumber } from '@/lib/format/format'

import type { Part } from '../api/story'

/** How far the work inside a stage is: `68 of 100 answers written`. */
export function partInWords({ kind, done, total }: Part, t: TFunction): string {
  const format = kind === 'download' ? formatBytes : formatNumber
  return t(`story.${kind}`, { done: format(done), total: format(total) })
}
