import type { Sampling } from './ask'

/** The likeliest answer, and the same one each time. */
export const GREEDY: Sampling = {
  temperature: 0,
  top_p: 1,
  top_k: 0,
  repetition_penalty: 1,
  max_new_tokens: 256,
  seed: null,
  stop: [],
}
