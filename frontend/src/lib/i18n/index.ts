import i18next, { type FormatterModule, type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'

import en from '@/texts/en'

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

const KEY = 'modelforge-language'

/** Language → its texts; all but English are loaded when they are wanted. */
const LOADERS: Record<Exclude<Language, 'en'>, () => Promise<{ default: object }>> = {
  de: () => import('@/texts/de'),
}

function isLanguage(name: string): name is Language {
  return name in LANGUAGES
}

function preferred(): Language {
  const chosen = localStorage.getItem(KEY)
  if (chosen !== null && isLanguage(chosen)) return chosen
  for (const wanted of navigator.languages) {
    const language = wanted.split('-')[0] ?? ''
    if (isLanguage(language)) return language
  }
  return 'en'
}

/** How a text may want a number: `{{tolerance, significant}}`. */
const FORMATS: Record<string, Intl.NumberFormatOptions> = {
  significant: { maximumSignificantDigits: 2 },
}

/** Numbers in a text stand as the language writes them, whoever put them there. */
const asWritten: FormatterModule = {
  type: 'formatter',
  init: () => undefined,
  add: () => undefined,
  addCached: () => undefined,
  format: (value: unknown, format?: string) =>
    (typeof value === 'number'
      ? new Intl.NumberFormat(locale(), FORMATS[format ?? '']).format(value)
      : value) as string,
}

/** The values within a text, by name. */
export type Values = Record<string, string | number>

/** What the texts say under a key that is made of names which they may not know; nothing where they do not. */
export function told(key: string, texts: i18n = i18next, values: Values = {}): string | null {
  return texts.exists(key, values) ? texts.t(key as never, values) : null
}

export async function startTexts(language: Language = preferred()): Promise<void> {
  await i18next
    .use(asWritten)
    .use(initReactI18next)
    .init({
      lng: 'en',
      fallbackLng: 'en',
      resources: { en: { translation: en } },
      interpolation: { escapeValue: false, alwaysFormat: true }, // React escapes
      returnNull: false,
    })
  await speak(language)
}

/** Change the language of the page, and remember it when a person chose it. */
export async function speak(language: Language, { remember = false } = {}): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    const { default: texts } = await LOADERS[language]()
    i18next.addResourceBundle(language, 'translation', texts)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
  if (remember) localStorage.setItem(KEY, language)
}

/** The locale for numbers and times: the browser's own region of the page's language, where it has one. */
export function locale(): string {
  const language = i18next.language || 'en'
  return navigator.languages.find((one) => one.split('-')[0] === language) ?? language
}
