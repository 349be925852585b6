import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { Histogram } from '@/components/ui/histogram'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { formatNumber, formatPercent } from '@/lib/format/format'

import { measureQuery, type PlanReport } from '../api/plans'
import { readingOf, starterFor, suitsOf } from '../api/suits'
import classes from './length-card.module.css'

/** How long the rows of a dataset are, read as rows of its shape are learnt from, in the tokens of a starter. */
export function LengthCard({ dataset, shape }: { dataset: string; shape: string | null }) {
  const { t } = useTranslation()
  const model = starterFor(shape)
  const { data, error, isPending } = useQuery(measureQuery(dataset, model, readingOf(suitsOf(shape))))
  return (
    <Card
      title={t('data.lengths')}
      aside={<span className={classes.aside}>{t('data.lengthsOf', { model })}</span>}
    >
      {isPending ? <Skeleton height={120} /> : null}
      {error ? <ProblemNotice error={error} /> : null}
      {data ? <Lengths lengths={data.preflight.lengths} /> : null}
    </Card>
  )
}

export function Lengths({ lengths, limit }: { lengths: PlanReport['preflight']['lengths']; limit?: number }) {
  const { t } = useTranslation()
  const words = t('data.lengthsText', {
    median: formatNumber(lengths.median),
    share: formatPercent(0.95),
    p95: formatNumber(lengths.p95),
    longest: formatNumber(lengths.maximum),
  })
  const bins = (lengths.histogram ?? []) as [number, number][]
  return (
    <>
      <Histogram
        bins={bins}
        minimum={lengths.minimum}
        label={words}
        unit={t('data.tokens')}
        {...(limit === undefined ? {} : { limit })}
      />
      <p className={`${classes.words} numbers`}>{words}</p>
    </>
  )
}
