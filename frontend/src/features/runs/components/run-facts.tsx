import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

import { toldChoice } from '@/components/schema-form/words'
import { type Fact, Facts } from '@/components/ui/facts'
import { isOfLibrary } from '@/lib/api/library'
import { useDatasetName, useModelName } from '@/lib/api/use-names'
import { formatMeasure, formatNumber, formatTime } from '@/lib/format/format'

import type { Run } from '../api/runs'
import { StageList } from './stage-list'

interface RunFactsProps {
  run: Run
  /** How often it was begun. */
  attempts?: number
}

/** What a run is made of. */
export function RunFacts({ run, attempts = 0 }: RunFactsProps) {
  const { t, i18n } = useTranslation()
  const { config } = run
  const named = (setting: string, choice: string) => toldChoice(setting, choice, i18n) ?? choice
  const optimization = config.optimization
  const facts: Fact[] = [
    [t('run.model'), <ModelNamed key="model" id={config.model} />],
    [t('run.dataset'), <DatasetNamed key="dataset" id={config.dataset} />],
    [
      t('run.trains'),
      `${named('finetuning_type', config.finetuning_type ?? 'lora')} · ${named('strategy.name', strategy(run))}`,
    ],
  ]
  if (optimization) {
    facts.push(
      [t('run.learningRate'), formatMeasure(optimization.learning_rate)],
      optimization.max_steps
        ? [t('run.steps'), formatNumber(optimization.max_steps)]
        : [t('run.epochs'), formatNumber(optimization.num_train_epochs, 2)],
    )
  }
  if (run.stage) facts.push([t('run.stages'), <StageList key="stages" stage={run.stage} />])
  facts.push([t('run.created'), formatTime(run.created_at)])
  facts.push(...later(run, attempts, t))
  return <Facts facts={facts} />
}

/** How it went on since it was made. */
function later(run: Run, attempts: number, t: TFunction): Fact[] {
  const facts: Fact[] = []
  if (run.finished_at) facts.push([t('run.finished'), formatTime(run.finished_at)])
  if (run.slot) facts.push([t('run.slot'), run.slot])
  if (attempts > 1) facts.push([t('run.attempt'), formatNumber(attempts)])
  if (run.model_id) {
    facts.push([t('run.made'), <ModelNamed key="made" id={run.model_id} />])
  }
  return facts
}

function strategy(run: Run): string {
  return (run.config.strategy as { name?: string } | undefined)?.name ?? 'sft'
}

/** A dataset by its name, and the way to it where it is one of this machine. */
function DatasetNamed({ id }: { id: string }) {
  const name = useDatasetName(id) ?? id
  if (id.startsWith('hub:')) return id
  return (
    <Link to="/datasets/$datasetId" params={{ datasetId: id }} title={id}>
      {name}
    </Link>
  )
}

/** A model by its name, and the way to it where it is one of the library. */
function ModelNamed({ id }: { id: string }) {
  const name = useModelName(id) ?? id
  if (!isOfLibrary(id)) return id
  return (
    <Link to="/models/$modelId" params={{ modelId: id }} title={id}>
      {name}
    </Link>
  )
}
