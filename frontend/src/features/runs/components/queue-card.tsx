import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { ProblemNotice } from '@/components/ui/problem-notice'
import rows from '@/components/ui/rows.module.css'

import { moveBefore, stopRun } from '../api/actions'
import { queueQuery, type Run } from '../api/runs'
import { queueEntries, waitsForStage } from '../api/stages'
import classes from './queue-card.module.css'

/** The runs that wait, the next one first, and their order. */
export function QueueCard() {
  const { t } = useTranslation()
  const { data, error } = useQuery(queueQuery())
  const { move, isPending, problem, moved } = useMove()
  const queries = useQueryClient()
  const leave = useMutation({
    mutationFn: stopRun,
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: ['queue'] })
      await queries.invalidateQueries({ queryKey: ['runs'] })
    },
  })
  const refused = problem ?? leave.error
  const entries = queueEntries(data ?? [])
  if (entries.length === 0) {
    return error ? <ProblemNotice error={error} title={t('queue.unread')} /> : null
  }
  return (
    <Card flush title={t('queue.title')}>
      {error ? <ProblemNotice error={error} title={t('queue.unread')} /> : null}
      {refused ? <ProblemNotice error={refused} /> : null}
      <VisuallyHidden role="status">{moved}</VisuallyHidden>
      <ol className={rows.rows}>
        {entries.map((run, index) => {
          const above = entries[index - 1]
          const below = entries[index + 1]
          return (
            <li key={run.id} className={classes.run}>
              <span className={`${classes.place} numbers`}>{index + 1}</span>
              <Link to="/runs/$runId" params={{ runId: run.id }} className={`${rows.name} ${classes.name}`}>
                {run.name}
              </Link>
              {run.stage ? <span className={classes.stage}>{stageWords(run, t)}</span> : null}
              <Step
                label={t('queue.earlier', { name: run.name })}
                disabled={!above || isPending}
                onClick={() => above && move({ run, id: run.id, before: above.id })}
              >
                <ArrowUp size={14} />
              </Step>
              <Step
                label={t('queue.later', { name: run.name })}
                disabled={!below || isPending}
                onClick={() => below && move({ run, id: below.id, before: run.id })}
              >
                <ArrowDown size={14} />
              </Step>
              <Step
                label={t('queue.remove', { name: run.name })}
                disabled={leave.isPending}
                onClick={() => leave.mutate(run.id)}
              >
                <X size={14} />
              </Step>
            </li>
          )
        })}
      </ol>
    </Card>
  )
}

interface Move {
  /** Whose button was pressed. */
  run: Run
  /** Which run is given the place right before which other one. */
  id: string
  before: string
}

/** Move a run; once the queue has been read again, `moved` says which place it has. */
function useMove() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [moved, setMoved] = useState('')
  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ id, before }: Move) => moveBefore(id, before),
    onMutate: () => setMoved(''),
    onSettled: () => queries.invalidateQueries({ queryKey: ['queue'] }),
  })
  const announce = (_: unknown, { run }: Move) => {
    const entries = queueEntries(queries.getQueryData(queueQuery().queryKey) ?? [])
    const place = entries.findIndex(({ id }) => id === run.id) + 1
    if (place > 0) setMoved(t('queue.moved', { name: run.name, place, count: entries.length }))
  }
  return { move: (to: Move) => mutate(to, { onSuccess: announce }), isPending, problem: error, moved }
}

function stageWords(run: Run, t: TFunction): string {
  const place = t('queue.stage', { number: run.stage?.number, count: run.stage?.runs.length })
  return waitsForStage(run) ? `${place} · ${t('run.reason.earlier_stage')}` : place
}

interface StepProps {
  label: string
  disabled: boolean
  onClick: () => void
  children: React.ReactNode
}

/** It keeps the focus while it may not be pressed. */
function Step({ label, disabled, onClick, children }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size="md"
        aria-label={label}
        aria-disabled={disabled}
        data-disabled={disabled || undefined}
        onClick={disabled ? undefined : onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}
