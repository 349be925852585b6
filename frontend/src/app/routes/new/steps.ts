export const STEPS = ['data', 'model', 'settings', 'check'] as const
export type Step = (typeof STEPS)[number]

export interface NewSearch {
  step?: Step
  dataset?: string
  model?: string
}

/** What the address of the page may carry. */
export function readSearch(search: Record<string, unknown>): NewSearch {
  const { step, dataset, model } = search
  return {
    ...(STEPS.includes(step as Step) ? { step: step as Step } : {}),
    ...(typeof dataset === 'string' ? { dataset } : {}),
    ...(typeof model === 'string' ? { model } : {}),
  }
}
