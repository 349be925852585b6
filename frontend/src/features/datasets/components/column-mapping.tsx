import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { Problem } from '@/lib/api/problem'

import { chooseColumns, type DataProblem, type Dataset, type Reading } from '../api/datasets'
import { detailsOf } from '../api/details'
import { ColumnForm } from './column-form'
import classes from './column-mapping.module.css'
import { ProblemList } from './problem-list'

/** A person says how the columns of an upload are to be read, where that is not certain. */
export function ColumnMapping({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { readings, found } = detailsOf(dataset)
  const save = useMutation({
    mutationFn: (reading: Reading) => chooseColumns(dataset.id, reading),
    onSuccess: (view) => {
      queries.setQueryData(['dataset', dataset.id], view)
      void queries.invalidateQueries({ queryKey: ['dataset', dataset.id, 'rows'] })
      void queries.invalidateQueries({ queryKey: ['datasets'] })
    },
  })
  const now = dataset.shape === null ? null : { shape: dataset.shape, columns: dataset.columns }
  return (
    <Card title={t('data.mapping')}>
      <ColumnForm
        readings={readings}
        found={found}
        now={now}
        pending={save.isPending}
        onRead={(reading) => save.mutate(reading)}
      />
      {save.error ? <Refusal error={save.error} /> : null}
    </Card>
  )
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
