import { ActionIcon, Tooltip } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { ProblemNotice } from '@/components/ui/problem-notice'
import rows from '@/components/ui/rows.module.css'

import { moveBefore } from '../api/actions'
import { queueQuery, type Run } from '../api/runs'
import { queueEntries, waitsForStage } from '../api/stages'
import classes from './queue-card.module.css'

/** The runs that wait, the next one first, and their order. */
export function QueueCard() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data } = useQuery(queueQuery())
  const move = useMutation({
    mutationFn: ({ id, before }: { id: string; before: string }) => moveBefore(id, before),
    onSettled: () => queries.invalidateQueries({ queryKey: ['queue'] }),
  })
  if (!data || data.length === 0) return null
  const entries = queueEntries(data)
  return (
    <Card flush title={t('queue.title')}>
      {move.error ? <ProblemNotice error={move.error} /> : null}
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
                disabled={!above || move.isPending}
                onClick={() => above && move.mutate({ id: run.id, before: above.id })}
              >
                <ArrowUp size={14} />
              </Step>
              <Step
                label={t('queue.later', { name: run.name })}
                disabled={!below || move.isPending}
                onClick={() => below && move.mutate({ id: below.id, before: run.id })}
              >
                <ArrowDown size={14} />
              </Step>
            </li>
          )
        })}
      </ol>
    </Card>
  )
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

function Step({ label, disabled, onClick, children }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="md" aria-label={label} disabled={disabled} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  )
}
