import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Ago } from '@/components/ui/ago'
import rows from '@/components/ui/rows.module.css'
import { Tag } from '@/components/ui/tag'
import { formatBytes } from '@/lib/format/format'

import type { Dataset } from '../api/datasets'

/** Datasets as a short list. */
export function DatasetRows({ datasets }: { datasets: readonly Dataset[] }) {
  const { t } = useTranslation()
  return (
    <ul className={rows.rows}>
      {datasets.map((dataset) => (
        <li key={dataset.id} className={rows.row}>
          <div className={rows.head}>
            <Link to="/datasets/$datasetId" params={{ datasetId: dataset.id }} className={rows.name}>
              {dataset.name}
            </Link>
            {dataset.shape ? (
              <Tag>{t(`data.shape.${dataset.shape}`)}</Tag>
            ) : (
              <Tag tone="warn">{t('data.needsColumns')}</Tag>
            )}
          </div>
          <p className={`${rows.words} numbers`}>
            {dataset.shape ? <span>{t('data.rowCount', { count: dataset.rows })}</span> : null}
            <span>{formatBytes(dataset.bytes)}</span>
            <Ago when={dataset.created_at} />
          </p>
        </li>
      ))}
    </ul>
  )
}
