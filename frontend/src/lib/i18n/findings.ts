import type { i18n } from 'i18next'

import type { Schemas } from '@/lib/api/client'

import { told } from '.'
import { phraseIn } from './phrases'

export type Finding = Schemas['Finding']

/** What was found in the page's language, and what to do; of a truth that is broken, also in how many rows. */
export function findingWords(finding: Finding, texts: i18n): { message: string; fix: string | null } {
  const { code, reason } = finding
  const why = reason ? phraseIn(texts, reason) : null
  const params = why === null ? (finding.params ?? {}) : { ...finding.params, reason: why }
  const said = (part: 'message' | 'fix') =>
    code ? told(`server.finding.${code}.${part}`, texts, params) : null
  const message = said('message')
  const isBroken = message !== null && 'first' in params
  const broken = isBroken ? told('server.broken', texts, { ...params, truth: message }) : null
  return {
    message: broken ?? message ?? finding.message,
    fix: finding.fix ? (said('fix') ?? finding.fix) : null,
  }
}
