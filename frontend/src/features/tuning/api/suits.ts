import type { Measured } from './plans'

/** What rows of a shape are learnt with, where it is not the usual: imitation by a text generator. */
const SUITS: Record<string, Record<string, string>> = {
  preference: { 'strategy.name': 'dpo' },
  unpaired_preference: { 'strategy.name': 'kto' },
  prompt_only: { 'strategy.name': 'rlhf' },
  classification: { task: 'text-classification' },
}

/** A starter that reads rows as they are learnt from, where it is not the one that writes. */
const READERS: Record<string, string> = { classification: 'starter:encoder' }
const WRITER = 'starter:chat'

/** Any rule does for measuring: what answers are worth does not change how long rows are. */
const ANY_REWARD = [{ kind: 'length', at_most: 1000 }]

/** The starter in whose tokens rows of a shape are measured. */
export function starterFor(shape: string | null): string {
  return (shape === null ? undefined : READERS[shape]) ?? WRITER
}

/** How rows are read under these choices: what a measurement of them is asked with. */
export function readingOf(chosen: Record<string, unknown>): Measured {
  const { task, 'strategy.name': strategy, 'data.shape': shape, 'data.columns': columns } = chosen
  const { dataset_revision: revision } = chosen
  const data = { ...(shape === undefined ? {} : { shape }), ...(columns === undefined ? {} : { columns }) }
  return {
    ...(Object.keys(data).length > 0 ? { data } : {}),
    ...(typeof revision === 'string' ? { dataset_revision: revision } : {}),
    ...(typeof task === 'string' ? { task } : {}),
    ...(strategy === 'rlhf' ? { strategy: { name: 'rlhf', rewards: ANY_REWARD } } : {}),
    ...(typeof strategy === 'string' && strategy !== 'rlhf' ? { strategy } : {}),
  }
}

/** The settings that the rows ask for; a person's own choice goes before them. */
export function suitsOf(shape: string | null): Record<string, unknown> {
  return shape === null ? {} : (SUITS[shape] ?? {})
}
