import type { i18n } from 'i18next'
import { useTranslation } from 'react-i18next'

import { told, type Values } from '.'

/** An error as the server tells it, in English; `code` names the text, `params` are the values within it. */
export interface ToldError {
  message: string
  hint?: string | null | undefined
  code?: string | null | undefined
  params?: Values | undefined
}

export interface ErrorWords {
  message: string
  hint: string | null
}

/** What was found and what to do, in the page's language; in the server's own words where it has no others. */
export function errorWords({ message, hint, code, params }: ToldError, texts: i18n): ErrorWords {
  const said = (part: keyof ErrorWords) => (code ? told(`server.error.${code}.${part}`, texts, params) : null)
  return { message: said('message') ?? message, hint: said('hint') ?? hint ?? null }
}

export function useErrorWords(): (error: ToldError) => ErrorWords {
  const { i18n } = useTranslation()
  return (error) => errorWords(error, i18n)
}
