import { useTranslation } from 'react-i18next'

import { useDatasetName, useModelName } from '@/lib/api/use-names'

import type { Run } from '../api/runs'

/** The model and the data of a run, by their names. */
export function MadeOf({ run: { config } }: { run: Run }) {
  const { t } = useTranslation()
  const model = useModelName(config.model) ?? config.model
  const dataset = useDatasetName(config.dataset) ?? config.dataset
  const words = t('run.madeOf', { model, dataset })
  return <span title={`${config.model} · ${config.dataset}`}>{words}</span>
}
