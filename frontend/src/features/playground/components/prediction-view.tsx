import { useTranslation } from 'react-i18next'

import { Meter } from '@/components/ui/meter'
import { formatPercent } from '@/lib/format/format'

import { type LabelPrediction, parted, type Prediction, type SpanPrediction } from '../api/predict'
import classes from './prediction-view.module.css'

const MOST_LABELS = 12

/** What a model says of a text. Texts are shown as text, whatever they look like. */
export function PredictionView({ prediction, context }: { prediction: Prediction; context: string }) {
  return prediction.mode === 'labels' ? (
    <Labels prediction={prediction} />
  ) : (
    <MarkedAnswer prediction={prediction} context={context} />
  )
}

function Labels({ prediction }: { prediction: LabelPrediction }) {
  const { t } = useTranslation()
  const ranked = Object.entries(prediction.scores).sort(([, one], [, other]) => other - one)
  const left = ranked.length - MOST_LABELS
  return (
    <>
      <ul className={classes.labels} aria-label={t('playground.reading.classes')}>
        {ranked.slice(0, MOST_LABELS).map(([label, share]) => (
          <li key={label} className={classes.label} data-best={label === prediction.label}>
            <span className={classes.name}>{label}</span>
            <span className="numbers">{formatPercent(share, 1)}</span>
            <span className={classes.bar}>
              <Meter share={share} label={label} tone={label === prediction.label ? 'ember' : 'ink'} />
            </span>
          </li>
        ))}
      </ul>
      {left > 0 ? <p className={classes.note}>{t('playground.reading.more', { count: left })}</p> : null}
    </>
  )
}

function MarkedAnswer({ prediction, context }: { prediction: SpanPrediction; context: string }) {
  const { t } = useTranslation()
  const { answer, answer_start: start, answer_end: end, probability } = prediction
  const sure = t('playground.reading.probability', { share: formatPercent(probability, 1) })
  if (start === null || end === null) {
    return (
      <>
        <p className={classes.answer}>{t('playground.reading.silent')}</p>
        <p className={`${classes.note} numbers`}>{sure}</p>
      </>
    )
  }
  const [before, inside, behind] = parted(context, start, end)
  return (
    <>
      <p className={classes.answer}>{answer}</p>
      <p className={`${classes.note} numbers`}>{sure}</p>
      <p className={classes.context} aria-label={t('playground.reading.marked')} role="group">
        {before}
        <mark className={classes.mark}>{inside}</mark>
        {behind}
      </p>
    </>
  )
}
