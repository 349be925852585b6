import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

import { toldChoice } from '@/components/schema-form/words'
import { type Fact, Facts } from '@/components/ui/facts'
import { formatMeasure, formatNumber, formatTime } from '@/lib/format/format'

import type { Run } from '../api/runs'
import { StageList } from './stage-list'

/** What a run is made of. */
export function RunFacts({ run }: { run: Run }) {
  const { t, i18n } = useTranslation()
  const { config } = run
  const named = (setting: string, choice: string) => toldChoice(setting, choice, i18n) ?? choice
  const optimization = config.optimization
  const facts: Fact[] = [
    [t('run.model'), config.model],
    [t('run.dataset'), dataset(config.dataset)],
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
  facts.push(...later(run, t))
  return <Facts facts={facts} />
}

/** How it went on since it was made. */
function later(run: Run, t: TFunction): Fact[] {
  const facts: Fact[] = []
  if (run.finished_at) facts.push([t('run.finished'), formatTime(run.finished_at)])
  if (run.slot) facts.push([t('run.slot'), run.slot])
  if ((run.attempt ?? 0) > 1) facts.push([t('run.attempt'), formatNumber(run.attempt ?? 0)])
  if (run.model_id) {
    facts.push([
      t('run.made'),
      <Link key="model" to="/models/$modelId" params={{ modelId: run.model_id }}>
        {run.model_id}
      </Link>,
    ])
  }
  return facts
}

function strategy(run: Run): string {
  return (run.config.strategy as { name?: string } | undefined)?.name ?? 'sft'
}

function dataset(name: string) {
  return name.startsWith('hub:') ? (
    name
  ) : (
    <Link to="/datasets/$datasetId" params={{ datasetId: name }}>
      {name}
    </Link>
  )
}
