import { useTranslation } from 'react-i18next'

import { Meter } from '@/components/ui/meter'
import { formatDuration, formatMeasure, formatNumber } from '@/lib/format/format'

import { isWorking, type Run } from '../api/runs'
import { readProgress } from '../api/progress'
import classes from './progress-line.module.css'

/** Where the trainer is, by its own last word. Without one there is no bar. */
export function ProgressLine({ run }: { run: Run }) {
  const { t } = useTranslation()
  const progress = readProgress(run.progress)
  if (progress === null) {
    return <p className={classes.words}>{t(run.status === 'queued' ? 'run.waits' : 'run.noProgress')}</p>
  }
  const words = [
    t('run.stepOf', { step: formatNumber(progress.step), total: formatNumber(progress.totalSteps) }),
    progress.loss === null ? null : t('run.lossIs', { loss: formatMeasure(progress.loss, 3) }),
    isWorking(run) && progress.secondsLeft !== null && progress.secondsLeft >= 1
      ? t('run.timeLeft', { time: formatDuration(progress.secondsLeft) })
      : null,
  ]
  return (
    <div className={classes.line}>
      <Meter
        tone={isWorking(run) ? 'ember' : 'ink'}
        share={progress.step / progress.totalSteps}
        label={t('run.progressOf', { name: run.name })}
      />
      <p className={`${classes.words} numbers`}>{words.filter((word) => word !== null).join(' · ')}</p>
    </div>
  )
}
