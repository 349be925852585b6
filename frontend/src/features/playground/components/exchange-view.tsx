import { VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { CopyButton } from '@/components/ui/copy-button'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { formatNumber, formatShortDuration } from '@/lib/format/format'

import type { Side } from '../api/ask'
import type { Answer, Exchange } from '../api/use-conversation'
import { CallsView } from './calls-view'
import classes from './exchange-view.module.css'

const ORDER: Side[] = ['base', 'tuned']

/** A question with its answers. What a model writes is shown as text, whatever it looks like. */
export function ExchangeView({ exchange }: { exchange: Exchange }) {
  const { t } = useTranslation()
  const sides = ORDER.filter((side) => exchange.answers[side] !== undefined)
  return (
    <article className={classes.exchange}>
      <p className={classes.question}>
        {exchange.results ? (
          <span className={classes.result}>{t('playground.tools.given')}</span>
        ) : (
          <VisuallyHidden>{t('playground.you')}</VisuallyHidden>
        )}
        {exchange.question}
      </p>
      <div className={classes.answers} data-sides={sides.length}>
        {sides.map((side) => {
          const answer = exchange.answers[side]
          return answer ? (
            <AnswerView key={side} side={side} answer={answer} alone={sides.length === 1} />
          ) : null
        })}
      </div>
    </article>
  )
}

function AnswerView({ side, answer, alone }: { side: Side; answer: Answer; alone: boolean }) {
  const { t } = useTranslation()
  return (
    <div className={classes.answer} data-side={alone ? 'alone' : side}>
      {alone ? null : <p className={classes.side}>{t(`playground.${side}`)}</p>}
      <div aria-live="polite" aria-busy={answer.phase !== 'done'}>
        {answer.text || answer.phase === 'writing' ? (
          <p className={classes.text} data-writing={answer.phase === 'writing'}>
            {answer.text}
          </p>
        ) : null}
        {answer.ending?.calls ? <CallsView calls={answer.ending.calls} /> : null}
        {answer.error ? <ProblemNotice error={answer.error} /> : null}
      </div>
      <div className={classes.foot}>
        <Footnote answer={answer} />
        {answer.phase === 'done' && answer.text ? (
          <CopyButton
            variant="subtle"
            text={answer.text}
            label={t(alone ? 'playground.copy' : `playground.copyOf.${side}`)}
          />
        ) : null}
      </div>
    </div>
  )
}

function Footnote({ answer }: { answer: Answer }) {
  const { t } = useTranslation()
  return (
    <p role="status" className={`${classes.note} numbers`}>
      {words()}
    </p>
  )

  function words(): string {
    switch (answer.phase) {
      case 'waiting':
        return answer.ahead > 0
          ? t('playground.waiting', { count: answer.ahead })
          : t('playground.waiting', { count: 0 })
      case 'loading':
        return t('playground.loading')
      case 'asked':
      case 'reading':
        return t('playground.thinking')
      case 'writing':
        return ''
      case 'done':
        return ended()
    }
  }

  function ended(): string {
    const { ending, text } = answer
    if (ending === null) return ''
    if (ending.reason === 'stopped') return t('playground.stopped')
    const stats = t('playground.stats', {
      tokens: formatNumber(ending.tokens),
      time: formatShortDuration(ending.seconds),
      speed: formatNumber(ending.tokens / Math.max(ending.seconds, 0.001)),
    })
    return [
      text || ending.calls ? '' : t('playground.empty'),
      ending.reason === 'length' ? t('playground.length') : '',
      stats,
    ]
      .filter(Boolean)
      .join(' · ')
  }
}
