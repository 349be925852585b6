import { ActionIcon } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { formatNumber } from '@/lib/format/format'

import type { Sampled } from '../api/samples'
import { Answer } from './answer'
import classes from './report-examples.module.css'

/** What the model answered at each evaluation: the latest, until one looks back. */
export function SamplesCard({ sampled }: { sampled: readonly Sampled[] }) {
  const { t } = useTranslation()
  const [looked, setLooked] = useState<number | null>(null)
  const last = sampled.length - 1
  const found = looked === null ? -1 : sampled.findIndex(({ step }) => step === looked)
  const place = found < 0 ? last : found
  const shown = sampled[place]
  if (!shown) return null
  const go = (to: number) => setLooked(to === last ? null : (sampled[to]?.step ?? null))
  return (
    <Card
      flush
      title={t('samples.title')}
      aside={
        <div className={classes.stepper}>
          <ActionIcon
            variant="default"
            size="md"
            aria-label={t('samples.earlier')}
            disabled={place === 0}
            onClick={() => go(place - 1)}
          >
            <ChevronLeft size={14} />
          </ActionIcon>
          <span className="numbers" aria-live="polite">
            {t('samples.at', {
              step: formatNumber(shown.step),
              place: formatNumber(place + 1),
              count: sampled.length,
            })}
          </span>
          <ActionIcon
            variant="default"
            size="md"
            aria-label={t('samples.later')}
            disabled={place === last}
            onClick={() => go(place + 1)}
          >
            <ChevronRight size={14} />
          </ActionIcon>
        </div>
      }
    >
      {shown.rows.map((row, index) => (
        <div key={index} className={classes.example}>
          <p className={classes.prompt}>{row.prompt}</p>
          <div className={classes.answers} data-count={2}>
            <Answer name={t('report.expected')} text={row.expected} />
            <Answer name={t('samples.answer')} text={row.answer} expected={row.expected} />
          </div>
        </div>
      ))}
    </Card>
  )
}
