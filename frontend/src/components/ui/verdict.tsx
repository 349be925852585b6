import { useTranslation } from 'react-i18next'

import { formatMeasure } from '@/lib/format/format'
import type { Headline } from '@/lib/report/headline'
import { metricName } from '@/lib/report/metric-name'

import classes from './verdict.module.css'

/** The primary metric before and after, coloured by the verdict alone. */
export function Verdict({ headline }: { headline: Headline }) {
  const { t } = useTranslation()
  const tone = headline.verdict === 'better' ? 'good' : headline.verdict === 'worse' ? 'bad' : 'plain'
  return (
    <span className={`${classes.verdict} numbers`} data-tone={tone}>
      {t('report.fromTo', {
        metric: metricName(headline.metric),
        base: formatMeasure(headline.base, 3),
        tuned: formatMeasure(headline.tuned, 3),
      })}
    </span>
  )
}
