import { Button, Skeleton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { Confirm } from '@/components/ui/confirm'
import { Facts } from '@/components/ui/facts'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { ProblemPage } from '@/components/ui/problem-page'
import { RenameDialog } from '@/components/ui/rename-dialog'
import { toast } from '@/components/ui/toast'
import {
  type Dataset,
  datasetQuery,
  deleteDataset,
  inspectionQuery,
  renameDataset,
  SAMPLE,
} from '@/features/datasets/api/datasets'
import { detailsOf } from '@/features/datasets/api/details'
import { ColumnMapping } from '@/features/datasets/components/column-mapping'
import { DatasetFacts } from '@/features/datasets/components/dataset-facts'
import { ProblemList } from '@/features/datasets/components/problem-list'
import { RepeatsCard } from '@/features/datasets/components/repeats-card'
import { RowBrowser } from '@/features/datasets/components/row-browser'
import { LengthCard } from '@/features/tuning/components/length-card'
import { renewLists } from '@/lib/api/lists'
import { hidesAll } from '@/lib/api/problem'
import { formatNumber } from '@/lib/format/format'

export function DatasetPage() {
  const { datasetId } = useParams({ from: '/datasets/$datasetId' })
  return SAMPLE.test(datasetId) ? <Sample name={datasetId} /> : <Stored id={datasetId} key={datasetId} />
}

function Above() {
  const { t } = useTranslation()
  return <Link to="/datasets">{t('data.title')}</Link>
}

function Use({ dataset }: { dataset: string }) {
  const { t } = useTranslation()
  return (
    <Button renderRoot={(props) => <Link to="/new" search={{ dataset }} {...props} />}>
      {t('data.use')}
    </Button>
  )
}

function Sample({ name }: { name: string }) {
  const { t } = useTranslation()
  const { data, error, isPending } = useQuery(inspectionQuery(name, 50))
  return (
    <Page title={name} above={<Above />} actions={<Use dataset={name} />}>
      {error ? <ProblemNotice error={error} /> : null}
      {isPending ? <Skeleton height={420} radius="lg" /> : null}
      {data ? (
        <div className={grid.side}>
          <Card flush title={t('data.browseRaw')}>
            <RowBrowser dataset={name} total={data.report.rows} />
          </Card>
          <div className={grid.stack}>
            <Card title={t('data.facts')}>
              <Facts
                facts={[
                  [t('data.rows'), formatNumber(data.report.rows)],
                  [t('data.shapeLabel'), data.report.shape ? t(`data.shape.${data.report.shape}`) : '–'],
                ]}
              />
            </Card>
            <RepeatsCard dataset={name} rows={data.report.rows} />
            <LengthCard dataset={name} shape={data.report.shape ?? null} />
          </div>
        </div>
      ) : null}
    </Page>
  )
}

function Stored({ id }: { id: string }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(datasetQuery(id))
  if (hidesAll(error, data)) {
    return (
      <ProblemPage error={error}>
        <Button component={Link} to="/datasets" variant="default">
          {t('shell.data')}
        </Button>
      </ProblemPage>
    )
  }
  if (!data) return <Skeleton height={420} radius="lg" />
  return <Whole dataset={data} />
}

function Whole({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const { warnings } = detailsOf(dataset)
  return (
    <Page title={dataset.name} above={<Above />} actions={<Actions dataset={dataset} />}>
      <div className={grid.side}>
        <div className={grid.stack}>
          {dataset.shape === null ? <ColumnMapping dataset={dataset} /> : null}
          {warnings.length > 0 ? (
            <Card>
              <ProblemList
                tone="warn"
                title={t('data.warnings')}
                problems={warnings}
                total={warnings.length}
              />
            </Card>
          ) : null}
          {dataset.shape === null ? null : (
            <Card flush title={t('data.browse')}>
              <RowBrowser dataset={dataset.id} total={dataset.rows} />
            </Card>
          )}
        </div>
        <div className={grid.stack}>
          <Found dataset={dataset} />
          {dataset.shape === null ? null : (
            <>
              <RepeatsCard dataset={dataset.id} rows={dataset.rows} />
              <LengthCard dataset={dataset.id} shape={dataset.shape} />
            </>
          )}
        </div>
      </div>
    </Page>
  )
}

/** What was found in a file, and the way to have it read differently. */
function Found({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Card
        title={t('data.facts')}
        aside={
          dataset.shape === null ? null : (
            <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t('data.readDifferently')}
            </Button>
          )
        }
      >
        <DatasetFacts dataset={dataset} />
      </Card>
      {open ? <ColumnMapping dataset={dataset} onDone={() => setOpen(false)} /> : null}
    </>
  )
}

function Actions({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [asking, setAsking] = useState<'rename' | 'delete' | null>(null)
  const refresh = () => queries.invalidateQueries({ queryKey: ['datasets'] })
  const rename = useMutation({
    mutationFn: (name: string) => renameDataset(dataset.id, name),
    onSuccess: (view) => {
      queries.setQueryData(['dataset', dataset.id], view)
      setAsking(null)
      return refresh()
    },
  })
  const remove = useMutation({
    mutationFn: () => deleteDataset(dataset.id),
    onSuccess: async () => {
      await renewLists(queries, 'datasets')
      await navigate({ to: '/datasets' })
      toast(t('data.removed', { name: dataset.name }))
      queries.removeQueries({ queryKey: ['dataset', dataset.id] })
    },
  })
  return (
    <>
      <Button variant="default" onClick={() => setAsking('rename')}>
        {t('common.rename')}
      </Button>
      <Button variant="default" onClick={() => setAsking('delete')}>
        {t('common.delete')}
      </Button>
      {dataset.shape === null ? null : <Use dataset={dataset.id} />}
      <RenameDialog
        opened={asking === 'rename'}
        title={t('data.rename')}
        name={dataset.name}
        pending={rename.isPending}
        error={rename.error}
        onRename={(name) => rename.mutate(name)}
        onClose={() => setAsking(null)}
      />
      <Confirm
        danger
        opened={asking === 'delete'}
        title={t('data.remove')}
        action={t('common.delete')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(null)}
      >
        {t('data.removeText')}
      </Confirm>
    </>
  )
}
