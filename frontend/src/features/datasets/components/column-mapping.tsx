import { Button, Select } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { Problem } from '@/lib/api/problem'

import { chooseColumns, type DataProblem, type Dataset, type Shape } from '../api/datasets'
import { detailsOf } from '../api/details'
import { EXPECTED, SHAPES } from '../api/shapes'
import classes from './column-mapping.module.css'
import { ProblemList } from './problem-list'

/** A person says how the columns are to be read, where that is not certain. */
export function ColumnMapping({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { readings, found } = detailsOf(dataset)
  const columns =
    found.length > 0 ? found : [...new Set(readings.flatMap((one) => Object.values(one.columns)))]
  const [shape, setShape] = useState<Shape>(dataset.shape ?? readings[0]?.shape ?? 'input_output')
  const [chosen, setChosen] = useState<Record<string, string>>(readings[0]?.columns ?? dataset.columns)
  const save = useMutation({
    mutationFn: () => {
      const wanted = EXPECTED[shape].filter(({ name }) => chosen[name])
      return chooseColumns(dataset.id, {
        shape,
        columns: Object.fromEntries(wanted.map(({ name }) => [name, chosen[name] ?? name])),
      })
    },
    onSuccess: (view) => {
      queries.setQueryData(['dataset', dataset.id], view)
      void queries.invalidateQueries({ queryKey: ['dataset', dataset.id, 'rows'] })
      void queries.invalidateQueries({ queryKey: ['datasets'] })
    },
  })
  const complete = EXPECTED[shape].every(({ name, required }) => !required || chosen[name])
  const pickShape = (next: Shape) => {
    setShape(next)
    setChosen(readings.find((one) => one.shape === next)?.columns ?? {})
  }
  return (
    <Card title={t('data.mapping')}>
      <p className={classes.words}>{t('data.mappingText', { columns: columns.join(', ') })}</p>
      <div className={classes.form}>
        <Select
          label={t('data.shapeLabel')}
          allowDeselect={false}
          value={shape}
          onChange={(value) => value && pickShape(value as Shape)}
          data={SHAPES.map((value) => ({ value, label: t(`data.shape.${value}`) }))}
        />
        {EXPECTED[shape].map(({ name, required }) => (
          <Select
            key={name}
            label={name}
            description={required ? undefined : t('data.optional')}
            placeholder={t('data.pickColumn')}
            clearable={!required}
            value={chosen[name] ?? null}
            onChange={(value) => setChosen((now) => ({ ...now, [name]: value ?? '' }))}
            data={columns}
          />
        ))}
      </div>
      {save.error ? <Refusal error={save.error} /> : null}
      <Button disabled={!complete} loading={save.isPending} onClick={() => save.mutate()}>
        {t('data.readThus')}
      </Button>
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
