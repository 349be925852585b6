import { useTranslation } from 'react-i18next'

import { Tag, type TagTone } from '@/components/ui/tag'

import type { Run, RunStatus } from '../api/runs'

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

/** A run's state in a word; one that was asked to stop says so until it has. */
export function RunStatusTag({ run }: { run: Pick<Run, 'status' | 'reason'> }) {
  const { t } = useTranslation()
  const working = TONES[run.status] === 'ember'
  const stopping = working && run.reason === 'stopping'
  return (
    <Tag tone={TONES[run.status]} live={working}>
      {stopping ? t('run.state.stopping') : t(`run.state.${run.status}`)}
    </Tag>
  )
}
