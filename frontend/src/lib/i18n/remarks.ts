import type { i18n } from 'i18next'

import type { Schemas } from '@/lib/api/client'

import { told } from '.'

export type Remark = Schemas['Remark']

/** A sentence of the server's in the page's language, by the remark that it is; where the page knows none, as it is. */
export function remarkIn(texts: i18n, sentence: string, remark: Remark | null | undefined): string {
  return (remark ? told(`server.remark.${remark.code}`, texts, remark.params) : null) ?? sentence
}

/** Sentences of the server's; `remarks` are theirs by the sentence, and were not sent by earlier versions. */
export function remarksIn(
  texts: i18n,
  sentences: readonly string[],
  remarks: Record<string, Remark> | undefined,
): string[] {
  return sentences.map((sentence) => remarkIn(texts, sentence, remarks?.[sentence]))
}
