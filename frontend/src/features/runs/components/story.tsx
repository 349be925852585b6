import type { i18n as I18n } from 'i18next'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/lib/api/client'
import { formatDuration, formatNumber } from '@/lib/format/format'
import { told } from '@/lib/i18n'
import { errorWords, type ToldError } from '@/lib/i18n/error-words'
import { remarkIn } from '@/lib/i18n/remarks'

import type { RunEvent } from '../api/run-events'
import { type Chapter, chaptersOf, type Part, partOf } from '../api/story'
import { partInWords } from './part-in-words'
import { stageName } from './stage-name'
import classes from './story.module.css'

/** Seconds that are not worth a word. */
const MOMENT = 1

interface Words {
  text: string
  detail?: string
  tone?: 'bad' | 'notice'
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? formatNumber(value) : ''
}

function sentenceOf(error: ToldError, i18n: I18n): string {
  const { message, hint } = errorWords(error, i18n)
  return hint ? `${message} ${hint}` : message
}

function wordsOf({ kind, data }: RunEvent, i18n: I18n): Words {
  const remark = data['remark'] as Schemas['Remark'] | undefined
  switch (kind) {
    case 'stage':
      return {
        text: stageName(text(data['name']), i18n),
        detail: remarkIn(i18n, text(data['detail']), remark),
      }
    case 'checkpoint':
      return { text: i18n.t('story.checkpoint', { step: text(data['step']) }) }
    case 'error': {
      const { message, hint } = errorWords(data as unknown as ToldError, i18n)
      return { text: message, detail: hint ?? '', tone: 'bad' }
    }
    case 'model':
      return { text: i18n.t('story.model'), detail: text(data['id']) }
    case 'state': {
      const reason = text(data['reason'])
      if (reason === 'resumed') return { text: i18n.t('story.resumed') }
      return { text: told(`run.reason.${reason}`, i18n) ?? reason, tone: 'notice' }
    }
    default: {
      const error = data['error'] as ToldError | undefined
      if (error !== undefined) return { text: sentenceOf(error, i18n), tone: 'notice' }
      return { text: remarkIn(i18n, text(data['text']), remark), tone: 'notice' }
    }
  }
}

interface StoryProps {
  events: readonly RunEvent[]
  working: boolean
}

/** What a run has gone through so far, the newest last: stages with their duration, and in each what happened there. */
export const Story = memo(function Story({ events, working }: StoryProps) {
  const { t } = useTranslation()
  const chapters = chaptersOf(events)
  if (chapters.length === 0) return <p className={classes.none}>{t('story.none')}</p>
  const part = partOf(events)
  const last = chapters.length - 1
  return (
    <ol className={classes.story}>
      {chapters.map((chapter, index) =>
        chapter.stage ? (
          <Stage
            key={chapter.stage.seq}
            stage={chapter.stage}
            chapter={chapter}
            now={working && index === last && chapter.seconds === null}
            part={index === last ? part : null}
          />
        ) : (
          chapter.events.map((event) => (
            <Happening key={event.seq} event={event} className={classes.chapter} />
          ))
        ),
      )}
    </ol>
  )
})

interface StageProps {
  stage: RunEvent
  chapter: Chapter
  /** Whether it is what the run does at this moment. */
  now: boolean
  part: Part | null
}

function Stage({ stage, chapter: { events, seconds }, now, part }: StageProps) {
  const { t, i18n } = useTranslation()
  const words = wordsOf(stage, i18n)
  return (
    <li className={classes.chapter} aria-current={now ? 'step' : undefined}>
      <div className={classes.head}>
        <span className={classes.text}>
          {words.text}
          {words.detail ? <span className={classes.detail}>{words.detail}</span> : null}
          {part ? <span className={`${classes.detail} numbers`}>{partInWords(part, t)}</span> : null}
        </span>
        <span className={`${classes.time} numbers`}>
          {seconds === null || seconds < MOMENT ? '' : formatDuration(seconds)}
        </span>
      </div>
      {events.length > 0 ? (
        <ul className={classes.happened}>
          {events.map((event) => (
            <Happening key={event.seq} event={event} />
          ))}
        </ul>
      ) : null}
    </li>
  )
}

function Happening({ event, className }: { event: RunEvent; className?: string | undefined }) {
  const { i18n } = useTranslation()
  const { text: words, detail, tone } = wordsOf(event, i18n)
  return (
    <li className={className} data-tone={tone}>
      <span className={classes.text}>
        {words}
        {detail ? <span className={classes.detail}>{detail}</span> : null}
      </span>
    </li>
  )
}
