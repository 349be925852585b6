/** What rows of a shape are learnt with, where it is not the usual: imitation by a text generator. */
const SUITS: Record<string, Record<string, string>> = {
  preference: { 'strategy.name': 'dpo' },
  unpaired_preference: { 'strategy.name': 'kto' },
  prompt_only: { 'strategy.name': 'rlhf' },
  classification: { task: 'text-classification' },
}

/** The settings that the rows ask for; a person's own choice goes before them. */
export function suitsOf(shape: string | null): Record<string, unknown> {
  return shape === null ? {} : (SUITS[shape] ?? {})
}
