import { Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import classes from './report-examples.module.css'

interface AnswerProps {
  name: string
  text: string
  /** What it should be; left out for the expected answer itself. */
  expected?: string
}

/** One answer, marked where it is the expected one. All of it is text. */
export function Answer({ name, text, expected }: AnswerProps) {
  const { t } = useTranslation()
  const matches = expected !== undefined && text.trim() === expected.trim()
  return (
    <div className={classes.answer} data-matches={matches}>
      <p className={classes.name}>
        {name}
        {matches ? <Check size={13} strokeWidth={2.6} aria-label={t('report.same')} /> : null}
      </p>
      <p className={classes.text}>{text || '–'}</p>
    </div>
  )
}
