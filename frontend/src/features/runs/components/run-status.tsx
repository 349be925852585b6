import { VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { Tag, type TagTone } from '@/components/ui/tag'
import { formatPercent } from '@/lib/format/format'

import { readProgress } from '../api/progress'
import { isTraining, isWorking, type Run, type RunStatus } from '../api/runs'
import { stageName } from './stage-name'

const TONES: Record<RunStatus, TagTone> = {
  queued: 'plain',
  starting: 'ember',
  running: 'ember',
  finalizing: 'ember',
  paused: 'warn',
  succeeded: 'good',
  failed: 'bad',
  stopped: 'plain',
}

type Stated = Pick<Run, 'status' | 'reason' | 'doing'>

/** A run's state in words, or what its worker is at; one that was asked to stop says so until it has. */
function useWords(run: Stated): string {
  const { t, i18n } = useTranslation()
  if (isWorking(run) && run.reason === 'stopping') return t('run.state.stopping')
  return run.status === 'running' && run.doing ? stageName(run.doing, i18n) : t(`run.state.${run.status}`)
}

export function RunStatusTag({ run }: { run: Stated }) {
  return (
    <Tag tone={TONES[run.status]} live={isWorking(run)}>
      {useWords(run)}
    </Tag>
  )
}

/** What a screen reader is told of a run unasked: its state, and every tenth of its way. */
export function SpokenStatus({ run }: { run: Stated & Pick<Run, 'progress'> }) {
  const progress = isTraining(run) ? readProgress(run.progress) : null
  const tenths = progress ? Math.floor((10 * progress.step) / progress.totalSteps) : 0
  const words = useWords(run)
  return (
    <VisuallyHidden role="status">
      {tenths > 0 ? `${words}, ${formatPercent(tenths / 10)}` : words}
    </VisuallyHidden>
  )
}
