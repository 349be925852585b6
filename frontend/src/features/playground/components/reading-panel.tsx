import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { ProblemNotice } from '@/components/ui/problem-notice'

import { useKeptReading } from '../api/kept-talk'
import { type Input, predict, type ReadingMode } from '../api/predict'
import { predictCurl, predictPython } from '../api/snippets'
import { playgroundQuery } from '../api/state'
import { MemoryLine } from './memory-line'
import { PredictionView } from './prediction-view'
import { ReadingForm } from './reading-form'
import classes from './reading-panel.module.css'
import { SnippetCard } from './snippet-card'

interface ReadingPanelProps {
  model: string
  mode: ReadingMode
  /** Where the model is chosen. */
  choice: ReactNode
}

/** A model that reads: its form, what it says, and the same by API. */
export function ReadingPanel({ model, mode, choice }: ReadingPanelProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { texts, said, setText, setSaid } = useKeptReading(model)
  const asked = useMutation({
    mutationFn: (input: Input) => predict(model, input),
    onMutate: () => setSaid(null),
    onSuccess: (prediction, input) => setSaid({ input, prediction }),
    onSettled: () => queries.invalidateQueries({ queryKey: playgroundQuery().queryKey }),
  })
  const { data: state } = useQuery(playgroundQuery())
  const shown = asked.variables ?? said?.input ?? { text: '…', ...(mode === 'span' ? { context: '…' } : {}) }
  const call = { origin: window.location.origin, model, inputs: [shown] }
  return (
    <div className={grid.side}>
      <Card className={classes.panel ?? ''}>
        <div className={classes.head}>{choice}</div>
        <ReadingForm
          {...{ mode, texts }}
          busy={asked.isPending}
          onType={setText}
          onAsk={(input) => asked.mutate(input)}
        />
        <div aria-live="polite" aria-busy={asked.isPending}>
          {asked.isPending ? (
            <p className={classes.note}>
              {state?.status === 'loading' ? t('playground.loading') : t('playground.reading.busy')}
            </p>
          ) : null}
          {asked.error ? <ProblemNotice error={asked.error} /> : null}
          {said ? <PredictionView prediction={said.prediction} context={said.input.context ?? ''} /> : null}
        </div>
        <MemoryLine />
      </Card>
      <div className={grid.stack}>
        <Card title={t('playground.reading.about')}>
          <p className={classes.words}>{t(`playground.reading.sure.${mode}`)}</p>
          <p className={classes.words}>{t('playground.reading.noBase')}</p>
        </Card>
        <SnippetCard
          curl={predictCurl(call)}
          python={predictPython(call)}
          help={t('playground.reading.codeHelp')}
        />
      </div>
    </div>
  )
}
