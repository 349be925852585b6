import { useTranslation } from 'react-i18next'

import { type Fact, Facts } from '@/components/ui/facts'
import { formatBytes, formatNumber, formatTime } from '@/lib/format/format'

import type { Dataset } from '../api/datasets'

/** What was found out about a file. */
export function DatasetFacts({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const facts: Fact[] = [
    [t('data.rows'), dataset.shape ? formatNumber(dataset.rows) : t('data.shapeOpen')], // counted as they are read
    [t('data.shapeLabel'), dataset.shape ? t(`data.shape.${dataset.shape}`) : t('data.shapeOpen')],
    [t('data.format'), dataset.file_format.toUpperCase()],
    [t('data.size'), formatBytes(dataset.bytes)],
    [t('data.added'), formatTime(dataset.created_at)],
    ['SHA-256', dataset.sha256.slice(0, 12)],
  ]
  return <Facts facts={facts} />
}
