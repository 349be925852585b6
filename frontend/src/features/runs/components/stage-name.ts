import type { i18n as I18n } from 'i18next'

import { told } from '@/lib/i18n'

/** A stage of a run in the page's language; one that the texts do not know, as the server names it. */
export function stageName(stage: string, i18n: I18n): string {
  return told(`stage.${stage.replaceAll(' ', '_')}`, i18n) ?? stage
}
