import { Button, Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { type Dataset, datasetQuery, datasetsQuery, type Reading } from '@/features/datasets/api/datasets'
import { useSampleWords } from '@/features/datasets/api/use-sample-words'
import { ColumnMapping } from '@/features/datasets/components/column-mapping'
import { DropZone } from '@/features/datasets/components/drop-zone'
import { HubLook } from '@/features/datasets/components/hub-look'
import { RowBrowser } from '@/features/datasets/components/row-browser'
import { changeDraft, useDraft } from '@/features/tuning/api/draft'
import { OptionRow } from '@/features/tuning/components/option-row'
import { RecipeImport } from '@/features/tuning/components/recipe-import'

import classes from './new-page.module.css'

interface DataStepProps {
  onNext: () => void
  /** Called when a recipe has said it all. */
  onRecipe: () => void
}

/** Which rows are learnt from; or a recipe, which says that and all else. */
export function DataStep({ onNext, onRecipe }: DataStepProps) {
  const { t } = useTranslation()
  const words = useSampleWords()
  const { dataset } = useDraft()
  const { data, error, isPending } = useQuery(datasetsQuery())
  const [open, setOpen] = useState<Dataset | null>(null)
  const take = (found: Dataset) => {
    setOpen(found.shape === null ? found : null)
    if (found.shape !== null) changeDraft({ dataset: found.id })
  }
  return (
    <div className={grid.stack}>
      <DropZone onDone={take} />
      {open ? <Mapping id={open.id} onMapped={take} /> : null}
      {error ? <ProblemNotice error={error} /> : null}
      {isPending ? <Skeleton height={160} radius="lg" /> : null}
      {data ? (
        <Card flush title={t('new.orChoose')}>
          {data.items.map((one) => (
            <OptionRow
              key={one.id}
              name={one.name}
              words={one.shape ? t(`data.shape.${one.shape}`) : t('data.needsColumns')}
              aside={one.shape ? t('data.rowCount', { count: one.rows }) : null}
              chosen={dataset === one.id}
              onChoose={() => take(one)}
            />
          ))}
          {(data.samples ?? []).map((name) => (
            <OptionRow
              key={name}
              name={name}
              words={words(name)}
              chosen={dataset === name}
              onChoose={() => changeDraft({ dataset: name })}
            />
          ))}
        </Card>
      ) : null}
      <HubDataset />
      <Card title={t('recipe.begin')}>
        <div className={grid.stack}>
          <RecipeImport onTaken={onRecipe} />
        </div>
      </Card>
      {dataset ? <Preview dataset={dataset} items={data?.items ?? []} /> : null}
      <div className={classes.next}>
        <Button disabled={dataset === null} onClick={onNext}>
          {t('new.toModel')}
        </Button>
      </div>
    </div>
  )
}

/** Asks how the columns are to be read, and goes on once that is settled. */
function Mapping({ id, onMapped }: { id: string; onMapped: (dataset: Dataset) => void }) {
  const { data } = useQuery(datasetQuery(id))
  const { dataset } = useDraft()
  if (!data) return null
  if (data.shape !== null && dataset !== data.id) queueMicrotask(() => onMapped(data))
  return data.shape === null ? <ColumnMapping dataset={data} /> : null
}

function HubDataset() {
  const { t } = useTranslation()
  const { dataset } = useDraft()
  const [name, setName] = useState(dataset?.startsWith('hub:') ? dataset.slice(4) : '')
  return (
    <Card title={t('new.hubDataset')}>
      <form
        className={grid.row}
        onSubmit={(event) => {
          event.preventDefault()
          if (name.includes('/')) changeDraft({ dataset: `hub:${name.trim()}` })
        }}
      >
        <TextInput
          style={{ flex: 1 }}
          aria-label={t('new.hubDataset')}
          placeholder="owner/name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={!/^[^/\s]+\/[^/\s]+$/.test(name.trim())}>
          {t('new.take')}
        </Button>
      </form>
    </Card>
  )
}

function Preview({ dataset, items }: { dataset: string; items: readonly Dataset[] }) {
  const { t } = useTranslation()
  const stored = items.find((one) => one.id === dataset)
  if (dataset.startsWith('hub:')) return <OfTheHub key={dataset} dataset={dataset} />
  if (stored?.shape === null) return null
  return (
    <Card
      flush
      title={t('new.preview', { name: stored?.name ?? dataset })}
      aside={
        <Link to="/datasets/$datasetId" params={{ datasetId: dataset }}>
          {t('new.look')}
        </Link>
      }
    >
      <RowBrowser key={dataset} dataset={dataset} total={stored?.rows ?? 0} />
    </Card>
  )
}

/** What a person says of the columns of a hub dataset goes into the recipe: there is nothing here to keep it with. */
function OfTheHub({ dataset }: { dataset: string }) {
  const { chosen } = useDraft()
  const { 'data.shape': shape, 'data.columns': columns } = chosen
  const read =
    typeof shape === 'string' && shape !== 'auto' ? ({ shape, columns: columns ?? {} } as Reading) : null
  return (
    <HubLook
      dataset={dataset}
      read={read}
      onRead={(next) =>
        changeDraft({ chosen: { ...chosen, 'data.shape': next.shape, 'data.columns': next.columns } })
      }
    />
  )
}
