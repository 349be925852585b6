import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { Confirm } from '@/components/ui/confirm'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { Tag } from '@/components/ui/tag'
import { toast } from '@/components/ui/toast'
import { renewLists } from '@/lib/api/lists'

import { deleteRun, resumeRun, stopRun } from '../api/actions'
import { isActive, type Run } from '../api/runs'

/** What became of the model: it can be asked something, only scores as a reward model does, or was deleted. */
export type Made = 'answers' | 'scores' | 'gone'

interface RunActionsProps {
  run: Run
  made: Made
}

/** Stop, resume, delete: whichever a run's state allows. */
export function RunActions({ run, made }: RunActionsProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<'stop' | 'delete' | null>(null)
  const take = (view: Run) => {
    queries.setQueryData(['run', run.id], view)
    setAsking(null)
    void queries.invalidateQueries({ queryKey: ['runs'] })
  }
  const stop = useMutation({ mutationFn: () => stopRun(run.id), onSuccess: take })
  const resume = useMutation({
    mutationFn: () => resumeRun(run.id),
    onSuccess: (view) => {
      take(view)
      void queries.invalidateQueries({ queryKey: ['run', run.id] })
    },
  })
  const remove = useMutation({
    mutationFn: () => deleteRun(run.id),
    onSuccess: async () => {
      await renewLists(queries, 'runs')
      await navigate({ to: '/runs' })
      toast(t('run.deleted', { name: run.name }))
      queries.removeQueries({ queryKey: ['run', run.id] })
    },
  })
  const canResume = ['stopped', 'failed', 'paused'].includes(run.status)
  return (
    <>
      {isActive(run) ? (
        <BusyButton variant="default" pending={run.reason === 'stopping'} onClick={() => setAsking('stop')}>
          {t('run.stop')}
        </BusyButton>
      ) : (
        <Button variant="default" onClick={() => setAsking('delete')}>
          {t('common.delete')}
        </Button>
      )}
      {canResume ? (
        <BusyButton pending={resume.isPending} onClick={() => resume.mutate()}>
          {t('run.resume')}
        </BusyButton>
      ) : null}
      {run.model_id ? <ToModel id={run.model_id} made={made} /> : null}
      {resume.error ? <ProblemNotice error={resume.error} /> : null}
      <Confirm
        opened={asking === 'stop'}
        title={t('run.stopTitle')}
        action={t('run.stop')}
        pending={stop.isPending}
        error={stop.error}
        onConfirm={() => stop.mutate()}
        onClose={() => setAsking(null)}
      >
        {t('run.stopText')}
      </Confirm>
      <Confirm
        danger
        opened={asking === 'delete'}
        title={t('run.deleteTitle')}
        action={t('common.delete')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(null)}
      >
        {t('run.deleteText')}
      </Confirm>
    </>
  )
}

function ToModel({ id, made }: { id: string; made: Made }) {
  const { t } = useTranslation()
  if (made === 'gone') return <Tag>{t('run.modelGone')}</Tag>
  if (made === 'scores') {
    return (
      <Button renderRoot={(props) => <Link to="/models/$modelId" params={{ modelId: id }} {...props} />}>
        {t('run.seeModel')}
      </Button>
    )
  }
  return (
    <Button renderRoot={(props) => <Link to="/playground" search={{ model: id }} {...props} />}>
      {t('run.try')}
    </Button>
  )
}
