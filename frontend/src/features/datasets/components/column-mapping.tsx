import { Skeleton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { Problem } from '@/lib/api/problem'

import {
  chooseColumns,
  type DataProblem,
  type Dataset,
  datasetQuery,
  inspectionQuery,
  type Reading,
} from '../api/datasets'
import { detailsOf } from '../api/details'
import { ColumnForm } from './column-form'
import classes from './column-mapping.module.css'
import { ProblemList } from './problem-list'
import { RowList } from './row-list'

/** Enough to tell what stands in which column. */
const FIRST_ROWS = 5

interface ColumnMappingProps {
  dataset: Dataset
  /** Called when it is read as said. */
  onDone?: () => void
}

/** A person says how the columns of an upload are to be read: where that is not certain, or was taken wrongly. */
export function ColumnMapping({ dataset, onDone }: ColumnMappingProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { known, firstRows, error } = useColumns(dataset)
  const save = useMutation({
    mutationFn: (reading: Reading) => chooseColumns(dataset.id, reading),
    onSuccess: (view) => {
      queries.setQueryData(datasetQuery(dataset.id).queryKey, view)
      const own = ['dataset', dataset.id]
      for (const queryKey of [[...own, 'rows'], [...own, 'repeats'], ['datasets'], ['plans']])
        void queries.invalidateQueries({ queryKey })
      onDone?.()
    },
  })
  const now = dataset.shape === null ? null : { shape: dataset.shape, columns: dataset.columns }
  return (
    <>
      <Card title={t('data.mapping')}>
        {known ? (
          <ColumnForm
            readings={known.readings}
            found={known.found}
            now={now}
            pending={save.isPending}
            onRead={(reading) => save.mutate(reading)}
          />
        ) : null}
        {known || error ? null : <Skeleton height={160} />}
        {save.error ? <Refusal error={save.error} /> : null}
      </Card>
      {error ? <ProblemNotice error={error} /> : null}
      {error ? null : (
        <Card flush title={t('data.inTheFile')}>
          {firstRows ? <RowList rows={firstRows} columns={{}} /> : <Skeleton height={260} />}
        </Card>
      )}
    </>
  )
}

/** The columns of the file, the ways to read them, and its first rows; what is open has told its columns already. */
function useColumns(dataset: Dataset) {
  const { data, error } = useQuery(inspectionQuery(dataset.id, FIRST_ROWS))
  return {
    known: dataset.shape === null ? detailsOf(dataset) : data,
    firstRows: data?.first_rows,
    error,
  }
}

function Refusal({ error }: { error: Error }) {
  const { t } = useTranslation()
  const problems = error instanceof Problem ? ((error.body.errors ?? []) as DataProblem[]) : []
  const first = problems[0]
  if (!(error instanceof Problem) || first === undefined || !('fix' in first))
    return <ProblemNotice error={error} />
  return (
    <div className={classes.refusal}>
      <ProblemList
        title={t('data.notThus')}
        problems={problems}
        total={error.body.total ?? problems.length}
      />
    </div>
  )
}
