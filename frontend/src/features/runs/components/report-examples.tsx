import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { ProblemNotice } from '@/components/ui/problem-notice'
import { formatNumber } from '@/lib/format/format'

import { answersQuery, type Report } from '../api/run-events'
import { Answer } from './answer'
import classes from './report-examples.module.css'

type Example = NonNullable<Report['examples']>[number]

const FIRST = 4

interface ExamplesProps {
  run: string
  /** The rows that the report itself shows: all there are of runs that kept no others. */
  examples: readonly Example[]
}

/** Held-out rows with both answers side by side: a few, then all that were measured. All of it is text. */
export function Examples({ run, examples }: ExamplesProps) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const { pages, known, count } = useAnswers(run, examples)
  const few = examples.slice(0, FIRST)
  const shown = all ? known : few
  return (
    <>
      {shown.map((example, index) => (
        <Row key={index} {...example} />
      ))}
      {all && pages.isFetchNextPageError ? <ProblemNotice error={pages.error} /> : null}
      {count > few.length ? (
        <div className={classes.more}>
          {all && pages.hasNextPage ? (
            <Button
              variant="default"
              size="xs"
              loading={pages.isFetchingNextPage}
              onClick={() => void pages.fetchNextPage()}
            >
              {t('report.more', { shown: formatNumber(shown.length), all: formatNumber(count) })}
            </Button>
          ) : null}
          <Button variant="subtle" size="xs" onClick={() => setAll(!all)}>
            {all ? t('report.fewer') : t('report.all', { count })}
          </Button>
        </div>
      ) : null}
    </>
  )
}

/** The rows that are read so far, and how many there are; of a run that kept none, those of its report. */
function useAnswers(run: string, examples: readonly Example[]) {
  const pages = useInfiniteQuery(answersQuery(run))
  const measured = pages.data?.pages.flatMap(({ items }) => items) ?? []
  const isKept = measured.length > 0
  const total = pages.data?.pages[0]?.total ?? 0
  return { pages, known: isKept ? measured : examples, count: isKept ? total : examples.length }
}

function Row({ prompt, expected, base, tuned }: Example) {
  const { t } = useTranslation()
  return (
    <div className={classes.example}>
      <p className={classes.prompt}>{prompt}</p>
      <div className={classes.answers}>
        <Answer name={t('report.expected')} text={expected} />
        <Answer name={t('report.base')} text={base} expected={expected} />
        <Answer name={t('report.tuned')} text={tuned} expected={expected} />
      </div>
    </div>
  )
}
