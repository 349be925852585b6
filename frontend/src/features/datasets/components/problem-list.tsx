import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/lib/format/format'

import type { DataProblem } from '../api/datasets'
import classes from './problem-list.module.css'

interface ProblemListProps {
  title: string
  problems: DataProblem[]
  total: number
  tone?: 'bad' | 'warn'
}

/** Faults of a file, one by one: where, what stands there, what should, and what to do. */
export function ProblemList({ title, problems, total, tone = 'bad' }: ProblemListProps) {
  const { t } = useTranslation()
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
              {t('data.found')} <code>{problem.found}</code>
              {', '}
              {t('data.expected', { expected: problem.expected })}
            </span>
            <span className={classes.fix}>{problem.fix}</span>
          </li>
        ))}
      </ol>
      {total > problems.length ? (
        <p className={classes.rest}>{t('data.moreProblems', { count: total - problems.length })}</p>
      ) : null}
    </div>
  )
}
