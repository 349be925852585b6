import type { i18n as I18n } from 'i18next'

/** A stage of a run in the page's language; one that the texts do not know, as the server names it. */
export function stageName(stage: string, i18n: I18n): string {
  const key = `stage.${stage.replaceAll(' ', '_')}`
  return i18n.exists(key) ? i18n.t(key as never) : stage
}
