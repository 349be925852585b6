import { useTranslation } from 'react-i18next'

import { useDatasetName, useModelName } from '@/lib/api/use-names'

import type { Run } from '../api/runs'

/** The model and the data of a run, by their names. */
export function MadeOf({ run: { config } }: { run: Run }) {
  const { t } = useTranslation()
  const modelName = useModelName()
  const datasetName = useDatasetName()
  const words = t('run.madeOf', { model: modelName(config.model), dataset: datasetName(config.dataset) })
  return <span title={`${config.model} · ${config.dataset}`}>{words}</span>
}
