import type { i18n } from 'i18next'

import { told } from '@/lib/i18n'

import type { Field } from './json-schema'

/** Letters that a name's parts are written with, where they are not ordinary words. */
const SPELLED: Record<string, string> = {
  lora: 'LoRA',
  rslora: 'rsLoRA',
  dora: 'DoRA',
  qlora: 'QLoRA',
  sft: 'SFT',
  dpo: 'DPO',
  kto: 'KTO',
  lr: 'learning rate',
  optim: 'optimizer',
  num: 'number of',
  attn: 'attention',
  adam: 'Adam',
  r: 'rank',
  neftune: 'NEFTune',
  eval: 'evaluation',
  dtype: 'number type',
  bfd: 'BFD',
}

/** `lr_scheduler_type` → `Learning rate scheduler type`: for a setting that the texts do not know. */
export function humanised(name: string): string {
  const words = name.split('_').map((word) => SPELLED[word] ?? word)
  const text = words.join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What the texts say of a setting, or of one of its choices; nothing where they do not know it. */
function toldOf(
  kind: 'setting' | 'choice' | 'need',
  texts: readonly string[],
  part: string,
  words: i18n,
): string | null {
  for (const name of texts) {
    const found = told(`${kind}.${name}.${part}`, words)
    if (found !== null) return found
  }
  return null
}

/** A setting's name as it is shown: in the page's language where the texts know it. */
export function shownName(field: Field, words: i18n): string {
  return toldOf('setting', field.texts, 'name', words) ?? humanised(field.name)
}

/** What a setting does, in the page's language where the texts know it. */
export function shownHelp(field: Field, words: i18n): string {
  return toldOf('setting', field.texts, 'help', words) ?? field.description
}

/** A choice as a setting offers it; nothing where the texts do not know it. */
export function shownChoice({ texts }: Field, choice: string, words: i18n): string | null {
  return toldOf('choice', texts, choice, words)
}

/** What a choice needs beside itself; nothing where the texts name nothing. */
export function toldNeed({ texts }: Field, choice: string, words: i18n): string | null {
  return toldOf('need', texts, choice, words)
}

/** A choice of the setting of that key, in the page's language; nothing where the texts do not know it. */
export function toldChoice(dotted: string, choice: string, words: i18n): string | null {
  return toldOf('choice', [dotted.replaceAll('.', '_')], choice, words)
}
