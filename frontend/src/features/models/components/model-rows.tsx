import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Ago } from '@/components/ui/ago'
import rows from '@/components/ui/rows.module.css'
import { Tag } from '@/components/ui/tag'
import { Verdict } from '@/components/ui/verdict'
import { formatBytes } from '@/lib/format/format'
import { headline } from '@/lib/report/headline'

import type { Model } from '../api/models'

/** Models as a short list. */
export function ModelRows({ models }: { models: Model[] }) {
  const { t } = useTranslation()
  return (
    <ul className={rows.rows}>
      {models.map((model) => {
        const found = headline(model.metrics)
        return (
          <li key={model.id} className={rows.row}>
            <div className={rows.head}>
              <Link to="/models/$modelId" params={{ modelId: model.id }} className={rows.name}>
                {model.name}
              </Link>
              <Tag>{t(`model.kind.${model.kind}`)}</Tag>
            </div>
            <p className={rows.words}>
              <span>{t('model.from', { base: model.base_model })}</span>
              <span className="numbers">{formatBytes(model.bytes ?? 0)}</span>
              <Ago when={model.created_at} />
              {found ? <Verdict headline={found} /> : null}
            </p>
          </li>
        )
      })}
    </ul>
  )
}
