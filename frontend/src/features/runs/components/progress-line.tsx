import { useQuery } from '@tanstack/react-query'
import type { i18n as I18n, TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

import { Meter } from '@/components/ui/meter'
import { formatDuration, formatMeasure, formatNumber } from '@/lib/format/format'
import { told } from '@/lib/i18n'

import { type Progress, readProgress } from '../api/progress'
import { isTraining, isWorking, queueQuery, type Run } from '../api/runs'
import type { Part } from '../api/story'
import { partInWords } from './part-in-words'
import classes from './progress-line.module.css'
import { stageName } from './stage-name'

interface ProgressLineProps {
  run: Run
  /** How far the work inside the run's stage is, where that is known. */
  part?: Part | null
}

/** How far a run is: by the trainer's last word while it trains, else by what its worker is at. */
export function ProgressLine({ run, part = null }: ProgressLineProps) {
  const { t, i18n } = useTranslation()
  const reason = reasonOf(run, i18n)
  const place = useQueuePlace(run)
  const { share, words } =
    isWorking(run) && !isTraining(run) ? inStage(run, part, i18n) : inSteps(run, reason ?? place, t)
  const own = words === null ? null : <p className={`${classes.words} numbers`}>{words}</p>
  const why = (reason ?? place) === null ? null : <p className={classes.words}>{reason ?? place}</p>
  if (share === null) {
    return (
      <>
        {own}
        {why}
      </>
    )
  }
  return (
    <div className={classes.line}>
      <Meter
        tone={isWorking(run) ? 'ember' : 'ink'}
        share={share}
        label={t('run.progressOf', { name: run.name })}
      />
      {own}
      {why}
    </div>
  )
}

interface Far {
  /** 0 to 1; nothing where it is not known, and then there is no bar. */
  share: number | null
  words: string | null
}

/** What the worker is at beside the training, and how many parts of that are done. */
function inStage(run: Run, part: Part | null, i18n: I18n): Far {
  const doing = run.doing ? stageName(run.doing, i18n) : i18n.t(`run.state.${run.status}`)
  if (part === null) return { share: null, words: doing }
  return {
    share: part.total > 0 ? part.done / part.total : null,
    words: `${doing} · ${partInWords(part, i18n.t)}`,
  }
}

/** The steps of the training, by the trainer's own last word. */
function inSteps(run: Run, reason: string | null, t: TFunction): Far {
  const progress = readProgress(run.progress)
  if (progress === null) {
    if (!isWorking(run)) return { share: null, words: reason ? null : t('run.waits') }
    return { share: null, words: t('run.noProgress') }
  }
  const words = [
    t('run.stepOf', { step: formatNumber(progress.step), total: formatNumber(progress.totalSteps) }),
    measured(progress, t),
    isWorking(run) && progress.secondsLeft !== null && progress.secondsLeft >= 1
      ? t('run.timeLeft', { time: formatDuration(progress.secondsLeft) })
      : null,
  ]
  return {
    share: progress.step / progress.totalSteps,
    words: words.filter((word) => word !== null).join(' · '),
  }
}

/** What the trainer aims at: its reward where it has one, else its loss. */
function measured({ reward, loss }: Progress, t: TFunction): string | null {
  if (reward !== null) return t('run.rewardIs', { reward: formatMeasure(reward) })
  return loss === null ? null : t('run.lossIs', { loss: formatMeasure(loss) })
}

/** Why a run waits or is paused, where more is to be said than its state does. */
function reasonOf({ reason }: Run, i18n: I18n): string | null {
  return reason && reason !== 'stopping' ? told(`run.reason.${reason}`, i18n) : null
}

/** Which place a waiting run has in the queue; nothing where it waits for something else, or the queue is not known. */
function useQueuePlace(run: Run): string | null {
  const { t } = useTranslation()
  const { data } = useQuery({ ...queueQuery(), enabled: run.status === 'queued' })
  if (run.status !== 'queued' || !data) return null
  const place = data.findIndex(({ id }) => id === run.id) + 1
  return place > 0 ? t('run.waitsAt', { place, count: data.length }) : null
}
