import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { toldChoice } from '@/components/schema-form/words'
import { type Fact, Facts } from '@/components/ui/facts'
import { useModelName } from '@/lib/api/use-names'
import { formatBytes, formatTime } from '@/lib/format/format'

import type { ModelDetail } from '../api/models'

/** What a model is called; its id until that is known. */
function Name({ id }: { id: string }) {
  return useModelName(id) ?? id
}

/** Where a model comes from, and what came from it. */
export function Lineage({ model }: { model: ModelDetail }) {
  const { t, i18n } = useTranslation()
  const { lineage } = model
  const facts: Fact[] = [
    [t('model.kindLabel'), t(`model.kind.${model.kind}`)],
    [t('model.task'), toldChoice('task', model.task, i18n) ?? model.task],
    ...lineage.bases.map((base): Fact => [t('model.base'), <Base key={base.model} {...base} />]),
    [t('model.size'), formatBytes(model.bytes ?? 0)],
    [t('run.created'), formatTime(model.created_at)],
  ]
  if (lineage.run) {
    facts.push([
      t('model.run'),
      <Link key="run" to="/runs/$runId" params={{ runId: lineage.run.id }}>
        {lineage.run.name}
      </Link>,
    ])
  }
  for (const id of [...(lineage.siblings ?? []), ...(lineage.children ?? [])]) {
    facts.push([
      t('model.related'),
      <Link key={id} to="/models/$modelId" params={{ modelId: id }} title={id}>
        <Name id={id} />
      </Link>,
    ])
  }
  return <Facts facts={facts} />
}

function Base({ model, kind, name }: ModelDetail['lineage']['bases'][number]) {
  return kind === 'library' ? (
    <Link to="/models/$modelId" params={{ modelId: model }}>
      {name ?? model}
    </Link>
  ) : (
    <span>{model}</span>
  )
}
