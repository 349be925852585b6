import { useTranslation } from 'react-i18next'

import { formatAlike } from '@/lib/format/format'
import type { Headline } from '@/lib/report/headline'
import { metricName } from '@/lib/report/metric-name'

import classes from './verdict.module.css'

/** The primary metric before and after, coloured by the verdict alone. */
export function Verdict({ headline }: { headline: Headline }) {
  const { t } = useTranslation()
  const tone = headline.verdict === 'better' ? 'good' : headline.verdict === 'worse' ? 'bad' : 'plain'
  const { value } = formatAlike([headline.base, headline.tuned])
  return (
    <span className={`${classes.verdict} numbers`} data-tone={tone}>
      {t('report.fromTo', {
        metric: metricName(headline.metric),
        base: value(headline.base),
        tuned: value(headline.tuned),
      })}
    </span>
  )
}
