import type { i18n as I18n, TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

import { Meter } from '@/components/ui/meter'
import { formatDuration, formatMeasure, formatNumber } from '@/lib/format/format'
import { told } from '@/lib/i18n'

import { isWorking, type Run } from '../api/runs'
import { type Progress, readProgress } from '../api/progress'
import classes from './progress-line.module.css'

/** What the trainer aims at: its reward where it has one, else its loss. */
function measured({ reward, loss }: Progress, t: TFunction): string | null {
  if (reward !== null) return t('run.rewardIs', { reward: formatMeasure(reward, 3) })
  return loss === null ? null : t('run.lossIs', { loss: formatMeasure(loss, 3) })
}

/** Why a run waits or is paused, where more is to be said than its state does. */
function reasonOf({ reason }: Run, i18n: I18n): string | null {
  return reason && reason !== 'stopping' ? told(`run.reason.${reason}`, i18n) : null
}

/** Where the trainer is, by its own last word, and why it goes no further. Without a word there is no bar. */
export function ProgressLine({ run }: { run: Run }) {
  const { t, i18n } = useTranslation()
  const progress = readProgress(run.progress)
  const reason = reasonOf(run, i18n)
  if (progress === null) {
    const silent = t(run.status === 'queued' ? 'run.waits' : 'run.noProgress')
    return <p className={classes.words}>{reason ?? silent}</p>
  }
  const words = [
    t('run.stepOf', { step: formatNumber(progress.step), total: formatNumber(progress.totalSteps) }),
    measured(progress, t),
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
      {reason ? <p className={classes.words}>{reason}</p> : null}
    </div>
  )
}
