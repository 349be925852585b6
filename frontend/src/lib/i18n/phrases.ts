import type { i18n } from 'i18next'

import type { Schemas } from '@/lib/api/client'

import { told } from '.'

/** A phrase of the server's in the page's language; nothing where the page has no words of its own for it. */
export function phraseIn(texts: i18n, { code, params }: Schemas['Phrase']): string | null {
  return told(`server.phrase.${code}`, texts, params)
}
