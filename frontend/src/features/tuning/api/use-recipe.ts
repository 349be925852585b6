import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { type Field, fieldsOf } from '@/components/schema-form/json-schema'

import { branches, compose } from './compose'
import { type Draft, useDraft } from './draft'
import { faultsOf, measureQuery, memoryQuery } from './plans'
import { defaultsQuery, schemaQuery, type TrainingConfig } from './recipes'

const QUIET_MS = 250

/** The task and the strategy, where a person has chosen them. */
function readAs({ chosen }: Draft) {
  const { task, 'strategy.name': strategy } = chosen
  return { ...(task === undefined ? {} : { task }), ...(strategy === undefined ? {} : { strategy }) }
}

/** The draft as a complete config: this machine's defaults for its model and data, with a person's choices in them. */
export function useRecipe() {
  const draft = useDraft()
  const schema = useQuery(schemaQuery())
  const ready = draft.dataset !== null && draft.model !== null
  const measure = useQuery({
    ...measureQuery(draft.dataset ?? '', draft.model ?? '', readAs(draft)),
    enabled: ready,
  })
  const preflight = measure.data?.preflight
  const defaults = useQuery({
    ...defaultsQuery({
      model: draft.model ?? '',
      dataset: draft.dataset ?? '',
      finetuningType: draft.chosen['finetuning_type'] === 'full' ? 'full' : 'lora',
      rows: preflight ? Math.max(1, preflight.rows) : null,
      longest: preflight ? preflight.lengths.maximum : null,
    }),
    enabled: ready && !measure.isLoading,
    placeholderData: keepPreviousData,
  })
  const root = schema.data?.json_schema
  const config = useMemo<TrainingConfig | null>(
    () => (root && defaults.data && ready ? compose(root, defaults.data, draft.chosen) : null),
    [root, defaults.data, draft.chosen, ready],
  )
  const fields = useMemo<Field[]>(
    () => (root ? fieldsOf(root, config ? branches(root, config) : {}) : []),
    [root, config],
  )
  return { draft, schema, measure, defaults, config, fields }
}

/** The memory plan of a config while it is being changed, and what the server finds wrong with it. */
export function useLiveMemory(config: TrainingConfig | null, longest: number | null) {
  const [settled] = useDebouncedValue(config, QUIET_MS)
  const memory = useQuery({
    ...memoryQuery(settled ?? {}, longest),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
  })
  return { memory, faults: faultsOf(memory.error) }
}
