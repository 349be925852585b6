import type { i18n } from 'i18next'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/lib/format/format'
import { told } from '@/lib/i18n'
import { phraseIn } from '@/lib/i18n/phrases'

import type { DataProblem } from '../api/datasets'
import classes from './problem-list.module.css'

interface ProblemListProps {
  title: string
  problems: DataProblem[]
  total: number
  tone?: 'bad' | 'warn'
}

type Part = 'found' | 'expected' | 'fix'

/** One part of a problem in the page's language: a phrase of its own, or what is said of every problem of the kind. */
function partIn(texts: i18n, problem: DataProblem, part: Part): string {
  const phrase = problem.phrases?.[part]
  const words = phrase ? phraseIn(texts, phrase) : told(`server.problem.${problem.kind}.${part}`, texts)
  return words ?? problem[part]
}

/** Faults of a file, one by one: where, what stands there, what should, and what to do. */
export function ProblemList({ title, problems, total, tone = 'bad' }: ProblemListProps) {
  const { t, i18n } = useTranslation()
  return (
    <div role={tone === 'bad' ? 'alert' : undefined}>
      <h3 className={classes.title} data-tone={tone}>
        {title}
      </h3>
      <ol className={classes.list}>
        {problems.map((problem, index) => (
          <li key={index} className={classes.problem}>
            <span className={classes.where}>
              {[
                problem.line === null ? null : t('data.line', { line: formatNumber(problem.line) }),
                problem.column,
              ]
                .filter(Boolean)
                .join(' · ') || problem.file}
            </span>
            <span className={classes.found}>
              {t('data.found')} <code>{partIn(i18n, problem, 'found')}</code>
              {', '}
              {t('data.expected', { expected: partIn(i18n, problem, 'expected') })}
            </span>
            <span className={classes.fix}>{partIn(i18n, problem, 'fix')}</span>
          </li>
        ))}
      </ol>
      {total > problems.length ? (
        <p className={classes.rest}>{t('data.moreProblems', { count: total - problems.length })}</p>
      ) : null}
    </div>
  )
}
