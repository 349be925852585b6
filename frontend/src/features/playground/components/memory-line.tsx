import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { useModelName } from '@/lib/api/use-names'

import { playgroundQuery, unloadModel } from '../api/state'
import classes from './memory-line.module.css'

/** Which model takes memory now, and the way to free it. */
export function MemoryLine() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data } = useQuery(playgroundQuery())
  const name = useModelName(data?.model ?? null)
  const unload = useMutation({
    mutationFn: unloadModel,
    onSettled: () => queries.invalidateQueries({ queryKey: ['playground'] }),
  })
  if (!data?.model || data.status === 'empty') return null
  return (
    <>
      <p className={classes.line}>
        {t('playground.memory', { model: name ?? data.model, slot: data.slot })}
        <BusyButton
          size="compact-xs"
          variant="subtle"
          pending={unload.isPending}
          onClick={() => unload.mutate()}
        >
          {t('playground.unload')}
        </BusyButton>
      </p>
      {unload.error ? <ProblemNotice error={unload.error} /> : null}
    </>
  )
}
