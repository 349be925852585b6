import type { i18n } from 'i18next'

import { told, type Values } from '.'

/** One fault of a request or a recipe, as the server tells it in English; `kind` and `params` say it in other languages. */
export interface Fault {
  key: string
  expected: string
  found?: string
  kind?: string
  params?: Values
}

/** How the server names what lies between keys of different groups, behind the stage where there are some. */
const WHOLE = 'the recipe'

/** What is expected, in the page's language where its texts know the kind of fault. */
export function expectedIn(texts: i18n, { kind, params, expected }: Fault): string {
  const said = (table: 'fault' | 'together') => (kind ? told(`server.${table}.${kind}`, texts, params) : null)
  return said('fault') ?? said('together') ?? expected
}

/** The fault in a sentence; nothing where the page's language is the server's own. */
export function faultIn(texts: i18n, fault: Fault): string | null {
  const { kind = 'other', key, found = '' } = fault
  const values = { ...fault.params, key, found, expected: expectedIn(texts, fault) }
  const isTogether = told(`server.together.${kind}`, texts, values) !== null
  const between = key.endsWith(WHOLE) ? 'whole-recipe' : 'combination'
  const whole = told(`server.faultWhole.${isTogether ? between : kind}`, texts, values)
  if (whole !== null) return whole
  const said = told('server.faultFound', texts, values)
  const fix = told(`server.faultFix.${kind}`, texts, values) ?? told('server.faultFix.other', texts, values)
  return said && fix ? `${said} ${fix}` : said
}
