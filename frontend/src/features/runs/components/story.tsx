import { memo } from 'react'
import { useTranslation } from 'react-i18next'

import { formatDuration, formatNumber } from '@/lib/format/format'

import type { RunEvent } from '../api/run-events'
import classes from './story.module.css'

interface Chapter {
  seq: number
  time: number
  text: string
  detail: string
  tone: 'plain' | 'bad' | 'notice'
}

/** Seconds that are not worth a word. */
const MOMENT = 1

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? formatNumber(value) : ''
}

interface StoryProps {
  events: readonly RunEvent[]
  working: boolean
}

/** What a run has gone through so far, the newest last: stages with their duration, checkpoints, words of the worker. */
export const Story = memo(function Story({ events, working }: StoryProps) {
  const { t, i18n } = useTranslation()
  const name = (key: string, fallback: string) => (i18n.exists(key) ? i18n.t(key as never) : fallback)
  const chapters = events.flatMap((event): Chapter[] => {
    const { kind, data, seq, time } = event
    const base = { seq, time, tone: 'plain' as const }
    switch (kind) {
      case 'stage': {
        const stage = text(data['name'])
        return [
          { ...base, text: name(`stage.${stage.replaceAll(' ', '_')}`, stage), detail: text(data['detail']) },
        ]
      }
      case 'checkpoint':
        return [{ ...base, text: t('story.checkpoint', { step: text(data['step']) }), detail: '' }]
      case 'notice':
        return [{ ...base, text: text(data['text']), detail: '', tone: 'notice' }]
      case 'error':
        return [{ ...base, text: text(data['message']), detail: text(data['hint']), tone: 'bad' }]
      case 'model':
        return [{ ...base, text: t('story.model'), detail: text(data['id']) }]
      case 'state':
        return data['reason']
          ? [
              {
                ...base,
                text: name(`run.reason.${text(data['reason'])}`, text(data['reason'])),
                detail: '',
                tone: 'notice',
              },
            ]
          : []
      default:
        return []
    }
  })
  if (chapters.length === 0) return <p className={classes.none}>{t('story.none')}</p>
  const answers = lastGeneration(events)
  return (
    <ol className={classes.story}>
      {chapters.map((chapter, index) => {
        const next = chapters[index + 1]
        const isLast = next === undefined
        return (
          <li
            key={chapter.seq}
            className={classes.chapter}
            data-tone={chapter.tone}
            data-now={isLast && working}
          >
            <span className={classes.text}>
              {chapter.text}
              {chapter.detail ? <span className={classes.detail}>{chapter.detail}</span> : null}
              {isLast && answers ? (
                <span className={`${classes.detail} numbers`}>
                  {t('story.answers', {
                    done: formatNumber(answers.done),
                    total: formatNumber(answers.total),
                  })}
                </span>
              ) : null}
            </span>
            <span className={`${classes.time} numbers`}>
              {isLast || next.time - chapter.time < MOMENT ? '' : formatDuration(next.time - chapter.time)}
            </span>
          </li>
        )
      })}
    </ol>
  )
})

/** How many answers have been written, while they are being written. */
function lastGeneration(events: readonly RunEvent[]): { done: number; total: number } | null {
  const last = events[events.length - 1]
  if (last?.kind !== 'generation') return null
  const { done, total } = last.data
  return typeof done === 'number' && typeof total === 'number' ? { done, total } : null
}
