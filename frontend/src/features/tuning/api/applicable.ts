import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import type { i18n } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Field } from '@/components/schema-form/json-schema'
import { same } from '@/components/schema-form/paths'
import type { Limits } from '@/components/schema-form/schema-form'
import { answer, api, type Schemas } from '@/lib/api/client'
import { told } from '@/lib/i18n'

import type { TrainingConfig } from './recipes'

type Applicability = Schemas['Applicability']

const QUIET_MS = 250
const MINUTE = 60_000

const applicableQuery = (config: object, rows: string | null) =>
  queryOptions({
    queryKey: ['recipes', 'applicable', config, rows],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/recipes/applicable', { body: { ...config }, params: { query: { rows } }, signal }),
      ),
    staleTime: MINUTE,
    gcTime: MINUTE,
    retry: false,
  })

/** Which settings can be set beside the others, as the server's tables tell; all of them as long as that is not known. */
export function useLimits(config: TrainingConfig | null, rows: string | null): Limits {
  const { i18n } = useTranslation()
  const [settled] = useDebouncedValue(config, QUIET_MS)
  const { data } = useQuery({
    ...applicableQuery(settled ?? {}, rows),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
  })
  return useMemo(() => limitsOf(data ?? { idle: [], refused: [] }, i18n), [data, i18n])
}

/**
 * One rule for every setting: it is closed where it changes nothing, and where each other value than the one it has is
 * refused; of a choice, what is refused cannot be taken.
 */
export function limitsOf({ idle, refused }: Applicability, texts: i18n): Limits {
  return {
    closed: (field, value) => {
      const found = idle.find(({ key }) => key === field.dotted)
      if (found) {
        const reason = told(`server.idle.${found.code}`, texts) ?? found.reason
        return texts.t('form.idle', { reason })
      }
      const not = refused.filter(({ key }) => key === field.dotted)
      const [first] = not
      const isOnly =
        first && othersOf(field, value, not).every((one) => not.some((no) => same(no.value, one)))
      return isOnly ? reasonOf(first, texts) : null
    },
    refused: ({ dotted }) =>
      Object.fromEntries(
        refused.filter(({ key }) => key === dotted).map((one) => [String(one.value), reasonOf(one, texts)]),
      ),
  }
}

/** The values that a setting could have instead; of a number that may be left empty, what stands for all of them. */
function othersOf(field: Field, value: unknown, refused: Applicability['refused']): unknown[] {
  const standing = refused.map((one) => one.value)
  const all: Partial<Record<Field['kind'], unknown[]>> = {
    switch: [true, false],
    choice: [...field.choices, ...(field.nullable ? [null] : [])],
  }
  return (all[field.kind] ?? [...standing, null]).filter((one) => !same(one, value))
}

function reasonOf({ code, reason }: Applicability['refused'][number], texts: i18n): string {
  return told(`server.together.${code}`, texts) ?? reason.charAt(0).toUpperCase() + reason.slice(1)
}
