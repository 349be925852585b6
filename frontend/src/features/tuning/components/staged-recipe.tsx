import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { newKey } from '@/lib/api/new-key'

import { startRun } from '../api/plans'
import type { ParsedRecipe } from '../api/recipes'

/** A recipe of several stages: the form shows one run, so it is checked and queued as it was written. */
export function StagedRecipe({ recipe }: { recipe: ParsedRecipe }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [key] = useState(newKey)
  const stages = recipe.stages ?? []
  const start = useMutation({
    mutationFn: () => {
      const written = stages.map(({ name, config }) => ({ ...config, name }))
      return startRun(recipe.name ? { name: recipe.name, stages: written } : { stages: written }, key, false)
    },
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['runs'] })
      await navigate({ to: '/runs/$runId', params: { runId: id } })
    },
  })
  return (
    <>
      <Notice tone="info" title={t('recipe.stages', { count: stages.length })}>
        {stages.map(({ name }, index) => `${index + 1} ${name}`).join(' → ')}. {t('recipe.stagesText')}
      </Notice>
      {start.error ? <ProblemNotice error={start.error} /> : null}
      <BusyButton size="xs" pending={start.isPending} onClick={() => start.mutate()}>
        {t('recipe.startStages')}
      </BusyButton>
    </>
  )
}
