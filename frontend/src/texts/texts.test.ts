import { expect, test } from 'vitest'

import de from './de'
import en from './en'

/** `one` and `other` are forms of one text; a language may have other forms. */
const FORM = /_(zero|one|two|few|many|other)$/

function keys(texts: object, before = ''): string[] {
  return Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string' ? [before + key] : keys(text as object, `${before}${key}.`),
  )
}

function texts(of: object, before = ''): [string, string][] {
  return Object.entries(of).flatMap(([key, text]): [string, string][] =>
    typeof text === 'string' ? [[before + key, text]] : texts(text as object, `${before}${key}.`),
  )
}

/** What the server says in English stands in other languages alone; `settings.test.ts` holds the settings. */
const SERVERS = /^(setting|choice|server)\./

const forms = (found: string[]) => [...new Set(found.map((key) => key.replace(FORM, '')))].sort()

test('German has every text that English has, and no other', () => {
  const pages = (found: string[]) => forms(found.filter((key) => !SERVERS.test(key)))
  expect(pages(keys(de))).toEqual(pages(keys(en)))
})

test('a translation names the same values', () => {
  const english = Object.fromEntries(texts(en))
  const values = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((found) => found[1]).sort()
  for (const [key, text] of texts(de)) {
    if (english[key] !== undefined) expect(values(text), key).toEqual(values(english[key]))
  }
})
