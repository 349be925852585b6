import { queryOptions } from '@tanstack/react-query'

import type { JsonSchema } from '@/components/schema-form/json-schema'
import { answer, api, type Schemas } from '@/lib/api/client'

export type TrainingConfig = Schemas['TrainingConfig']
export type ParsedRecipe = Schemas['ParsedRecipe']

export const schemaQuery = () =>
  queryOptions({
    queryKey: ['recipes', 'schema'],
    queryFn: async ({ signal }) => {
      const found = await answer(api.GET('/api/v1/recipes/schema', { signal }))
      return { ...found, json_schema: found.json_schema as JsonSchema }
    },
    staleTime: Infinity,
  })

export interface Wanted {
  model: string
  dataset: string
  finetuningType: 'lora' | 'full'
  rows: number | null
  longest: number | null
  task?: string
  strategy?: string
}

/** A complete config that suits this machine. */
export const defaultsQuery = ({ finetuningType, ...wanted }: Wanted) =>
  queryOptions({
    queryKey: ['recipes', 'defaults', finetuningType, wanted],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/recipes/defaults', {
          params: { query: { ...wanted, finetuning_type: finetuningType } },
          signal,
        }),
      ),
    staleTime: Infinity,
  })

export const recipeQuery = (config: object) =>
  queryOptions({
    queryKey: ['recipes', 'text', config],
    queryFn: async ({ signal }) =>
      (await answer(api.POST('/api/v1/recipes/render', { body: { ...config }, signal }))).yaml,
    staleTime: Infinity,
    gcTime: 10_000,
  })

export const parseRecipe = (yaml: string) => answer(api.POST('/api/v1/recipes/parse', { body: { yaml } }))
