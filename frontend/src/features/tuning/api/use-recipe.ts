import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { type Field, fieldsOf } from '@/components/schema-form/json-schema'
import { same } from '@/components/schema-form/paths'

import { branches, compose } from './compose'
import { type Draft, useDraft } from './draft'
import { faultsOf, measureQuery, memoryQuery, type PlanReport } from './plans'
import { defaultsQuery, schemaQuery, type TrainingConfig, type Wanted } from './recipes'
import { readingOf } from './suits'

const QUIET_MS = 250

/** The task and the strategy, where they are chosen. */
function readAs(chosen: Draft['chosen']) {
  const { task, 'strategy.name': strategy } = chosen
  return {
    ...(typeof task === 'string' ? { task } : {}),
    ...(typeof strategy === 'string' ? { strategy } : {}),
  }
}

/**
 * The draft as a complete config: this machine's defaults for its model and data, with a person's choices in them. Where
 * the choices cannot be right together, what suits the rows without them is what they stand in, so that the form stays.
 */
export function useRecipe() {
  const draft = useDraft()
  const schema = useQuery(schemaQuery())
  const { dataset, model, suited } = draft
  const ready = dataset !== null && model !== null && suited !== null
  const chosen = useMemo(() => ({ ...suited, ...draft.chosen }), [suited, draft.chosen])
  const measure = useQuery({
    ...measureQuery(dataset ?? '', model ?? '', readingOf(chosen)),
    enabled: ready,
  })
  const preflight = measure.data?.preflight
  const asked = questionOf(draft, chosen, preflight)
  const without = questionOf(draft, suited ?? {}, preflight)
  const wanted = useDefaults(asked, ready && !measure.isLoading)
  const isOfChoices = wanted.isError && !same(asked, without) // the same question again would have the same answer
  const proposed = useDefaults(without, isOfChoices)
  const defaults = isOfChoices ? proposed : wanted
  const root = schema.data?.json_schema
  const config = useMemo<TrainingConfig | null>(
    () => (root && defaults.data && ready ? compose(root, defaults.data, chosen) : null),
    [root, defaults.data, chosen, ready],
  )
  const fields = useMemo<Field[]>(
    () => (root ? fieldsOf(root, config ? branches(root, config) : {}) : []),
    [root, config],
  )
  return { draft, schema, measure, defaults, refused: wanted.error, config, fields }
}

/** What this machine's defaults are asked with. */
function questionOf(
  { model, dataset }: Draft,
  chosen: Draft['chosen'],
  preflight: PlanReport['preflight'] | undefined,
): Wanted {
  return {
    model: model ?? '',
    dataset: dataset ?? '',
    finetuningType: chosen['finetuning_type'] === 'full' ? 'full' : 'lora',
    rows: preflight ? Math.max(1, preflight.rows) : null,
    longest: preflight ? preflight.lengths.maximum : null,
    ...readAs(chosen),
  }
}

function useDefaults(question: Wanted, enabled: boolean) {
  return useQuery({ ...defaultsQuery(question), enabled, placeholderData: keepPreviousData })
}

/** The memory plan of a config while it is being changed, and what the server finds wrong with it. */
export function useLiveMemory(config: TrainingConfig | null, longest: number | null) {
  const { i18n } = useTranslation()
  const [settled] = useDebouncedValue(config, QUIET_MS)
  const memory = useQuery({
    ...memoryQuery(settled ?? {}, longest),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
  })
  return { memory, faults: faultsOf(memory.error, i18n) }
}
