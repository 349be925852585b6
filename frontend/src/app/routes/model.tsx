import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemPage } from '@/components/ui/problem-page'
import { Tag } from '@/components/ui/tag'
import { datasetsQuery } from '@/features/datasets/api/datasets'
import { HubJobs } from '@/features/hub/components/job-list'
import { PushDialog } from '@/features/hub/components/push-dialog'
import { type ModelDetail, modelQuery } from '@/features/models/api/models'
import { EvaluationList } from '@/features/models/components/evaluation-list'
import { ExportDialog } from '@/features/models/components/export-dialog'
import { ExportList } from '@/features/models/components/export-list'
import { Lineage } from '@/features/models/components/lineage'
import { MeasureDialog } from '@/features/models/components/measure-dialog'
import { MergeList } from '@/features/models/components/merge-list'
import { ModelActions } from '@/features/models/components/model-actions'
import { hidesAll } from '@/lib/api/problem'

const ModelCardText = lazy(async () => ({
  default: (await import('@/features/models/components/model-card-text')).ModelCardText,
}))

export function ModelPage() {
  const { t } = useTranslation()
  const { modelId } = useParams({ from: '/models/$modelId' })
  const { data, error } = useQuery(modelQuery(modelId))
  if (hidesAll(error, data)) {
    return (
      <ProblemPage error={error}>
        <Button component={Link} to="/models" variant="default">
          {t('shell.models')}
        </Button>
      </ProblemPage>
    )
  }
  if (!data) return <Skeleton height={480} radius="lg" />
  return <Whole key={modelId} model={data} />
}

function Whole({ model }: { model: ModelDetail }) {
  const { t } = useTranslation()
  const datasets = useDatasets()
  const [asking, setAsking] = useState<'measure' | 'push' | 'export' | null>(null)
  return (
    <Page
      title={model.name}
      mark={<Tag>{t(`model.kind.${model.kind}`)}</Tag>}
      above={<Link to="/models">{t('shell.models')}</Link>}
      actions={
        <ModelActions
          model={model}
          onMeasure={() => setAsking('measure')}
          onPush={() => setAsking('push')}
          onExport={() => setAsking('export')}
        />
      }
    >
      <div className={grid.side}>
        <div className={grid.stack}>
          <MergeList model={model.id} />
          <EvaluationList
            model={model.id}
            nameOf={(id) => datasets.find((one) => one.value === id)?.label ?? id}
          />
          <ExportList model={model.id} />
          <HubJobs model={model.id} />
          <Card title={t('model.card')}>
            <Suspense fallback={<Skeleton height={300} />}>
              <ModelCardText text={model.card} />
            </Suspense>
          </Card>
        </div>
        <Card title={t('model.lineage')}>
          <Lineage model={model} />
        </Card>
      </div>
      <MeasureDialog
        model={model}
        datasets={datasets}
        opened={asking === 'measure'}
        onClose={() => setAsking(null)}
      />
      <PushDialog model={model.id} opened={asking === 'push'} onClose={() => setAsking(null)} />
      <ExportDialog model={model.id} opened={asking === 'export'} onClose={() => setAsking(null)} />
    </Page>
  )
}

/** The datasets that a model can be measured on: one's own that are understood, and the samples. */
function useDatasets() {
  const { data } = useQuery(datasetsQuery())
  const own = (data?.items ?? []).filter((one) => one.shape !== null)
  return [
    ...own.map((one) => ({ value: one.id, label: one.name })),
    ...(data?.samples ?? []).map((name) => ({ value: name, label: name })),
  ]
}
