import { queryOptions } from '@tanstack/react-query'
import type { i18n } from 'i18next'

import { answer, api, type Schemas } from '@/lib/api/client'
import { isFault, Problem } from '@/lib/api/problem'
import { expectedIn } from '@/lib/i18n/faults'

export type MemoryPlan = Schemas['MemoryPlan']
export type PlanReport = Schemas['PlanReport']
export type RowPreview = Schemas['RowPreview']
export type Finding = Schemas['Finding']

const MINUTE = 60_000

async function plan(body: Record<string, unknown>, signal: AbortSignal): Promise<PlanReport> {
  return (await answer(api.POST('/api/v1/plans', { body, signal }))) as PlanReport // the client forgets tuples' lengths
}

/** What decides how a row is read, beside the model. */
export interface Measured {
  task?: string
  strategy?: string | object
  data?: object
  dataset_revision?: string
}

/** Rows, lengths and tokens of a dataset as a model reads them: preflight with the defaults. */
export const measureQuery = (dataset: string, model: string, chosen: Measured = {}) =>
  queryOptions({
    queryKey: ['plans', 'measure', dataset, model, chosen],
    queryFn: ({ signal }) => plan({ model, dataset, ...chosen }, signal),
    staleTime: 10 * MINUTE,
    retry: false,
  })

/** Preflight and memory plan over all rows. */
export const planQuery = (config: object) =>
  queryOptions({
    queryKey: ['plans', config],
    queryFn: ({ signal }) => plan({ ...config }, signal),
    staleTime: MINUTE,
    retry: false,
  })

/** The memory plan alone; quick enough to follow every keystroke. */
export const memoryQuery = (config: object, longest: number | null) =>
  queryOptions({
    queryKey: ['plans', 'memory', config, longest],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/plans/memory', { body: { ...config }, params: { query: { longest } }, signal }),
      ),
    staleTime: MINUTE,
    gcTime: MINUTE,
    retry: false,
  })

/** Rows from one on token by token, so many tokens of each at most. */
export const tokensQuery = (config: object, first: number, rows: number, tokens: number) =>
  queryOptions({
    queryKey: ['plans', 'tokens', config, first, rows, tokens],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/plans/tokens', {
          body: { ...config },
          params: { query: { first, rows, tokens } },
          signal,
        }),
      ),
    staleTime: MINUTE,
    retry: false,
  })

/** Start a run. The same key makes no second one, however often the button is pressed. */
export const startRun = (config: object, key: string, force: boolean) =>
  answer(
    api.POST('/api/v1/runs', {
      body: { ...config },
      params: { query: { force }, header: { 'Idempotency-Key': key } },
    }),
  )

/** Dotted key → what the server expects there, out of a refusal, in the page's language where its texts know it. */
export function faultsOf(error: Error | null, texts: i18n): Record<string, string> {
  if (!(error instanceof Problem)) return {}
  const faults = (error.body.errors ?? []).filter(isFault)
  return Object.fromEntries(faults.filter(({ key }) => key).map((one) => [one.key, expectedIn(texts, one)]))
}
