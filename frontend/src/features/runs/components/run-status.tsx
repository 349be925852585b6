import { useTranslation } from 'react-i18next'

import { Tag, type TagTone } from '@/components/ui/tag'

import type { Run, RunStatus } from '../api/runs'
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

/** A run's state in words, or what its worker is at; one that was asked to stop says so until it has. */
export function RunStatusTag({ run }: { run: Pick<Run, 'status' | 'reason' | 'doing'> }) {
  const { t, i18n } = useTranslation()
  const working = TONES[run.status] === 'ember'
  const words = () => {
    if (working && run.reason === 'stopping') return t('run.state.stopping')
    return run.status === 'running' && run.doing ? stageName(run.doing, i18n) : t(`run.state.${run.status}`)
  }
  return (
    <Tag tone={TONES[run.status]} live={working}>
      {words()}
    </Tag>
  )
}
