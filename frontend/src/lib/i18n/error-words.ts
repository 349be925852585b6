import type { i18n } from 'i18next'
import { useTranslation } from 'react-i18next'

import { told, type Values } from '.'
import { expectedIn, type Fault, faultIn } from './faults'
import { type Finding, findingWords } from './findings'
import { type Remark, remarksIn } from './remarks'

/** An error as the server tells it, in English; `code` names the text, `params` are the values within it. */
export interface ToldError {
  message: string
  hint?: string | null | undefined
  code?: string | null | undefined
  params?: Values | undefined
  /** The single faults of a request or a recipe; the text's values say them in English. */
  faults?: readonly Fault[] | undefined
  /** What the preflight found; the same. */
  finding?: Finding | undefined
  /** What needs a model; the same. */
  users?: readonly string[] | undefined
  /** `users` by what they say. */
  remarks?: Record<string, Remark> | undefined
}

export interface ErrorWords {
  message: string
  hint: string | null
}

/** A value that says where it was found → the text that puts that in front, from the inside out. */
const PLACES = [
  ['in_row', 'server.inRow'],
  ['in_held_out_row', 'server.inHeldOutRow'],
  ['stage_number', 'server.inStage'],
] as const

/** What was found and what to do, in the page's language; in the server's own words where it has no others. */
export function errorWords(error: ToldError, texts: i18n): ErrorWords {
  const { code } = error
  const params = {
    ...error.params,
    ...faultsAsValues(error, texts),
    ...findingAsValues(error, texts),
    ...usersAsValue(error, texts),
  }
  const said = (part: keyof ErrorWords) => (code ? told(`server.error.${code}.${part}`, texts, params) : null)
  let message = said('message')
  for (const [value, text] of PLACES) {
    if (message !== null && value in params) message = told(text, texts, { ...params, message }) ?? message
  }
  return { message: message ?? error.message, hint: said('hint') ?? error.hint ?? null }
}

/** The faults in the page's language, in the place of those in English among the values. */
function faultsAsValues({ faults = [] }: ToldError, texts: i18n): Values {
  const [first] = faults
  if (first === undefined) return {}
  const sentences = faults.map((one) => faultIn(texts, one)).filter((one) => one !== null)
  return {
    expected: expectedIn(texts, first),
    ...(sentences.length > 0 ? { faults: sentences.join(' ') } : {}),
  }
}

function findingAsValues({ finding }: ToldError, texts: i18n): Values {
  if (finding === undefined) return {}
  const { message, fix } = findingWords(finding, texts)
  return { finding: message, fix: fix ?? '' }
}

function usersAsValue({ users, remarks }: ToldError, texts: i18n): Values {
  return users === undefined ? {} : { users: remarksIn(texts, users, remarks).join(', ') }
}

export function useErrorWords(): (error: ToldError) => ErrorWords {
  const { i18n } = useTranslation()
  return (error) => errorWords(error, i18n)
}
