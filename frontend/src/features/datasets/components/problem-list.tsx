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

/** So many problems that are mended in one go are told as one. */
const MANY = 3

/** Problems that are mended in one go: the first of them, with the number of all. */
interface Group {
  problem: DataProblem
  count: number
}

/** As the server counted them; those of a server that counts nothing stand for themselves. */
function grouped(problems: readonly DataProblem[]): Group[] {
  const met = new Set<string>()
  const groups: Group[] = []
  for (const problem of problems) {
    const { kind, column, expected, fix, alike = 1 } = problem
    const key = JSON.stringify([kind, column, expected, fix])
    if (alike >= MANY && met.has(key)) continue
    met.add(key)
    groups.push({ problem, count: alike >= MANY ? alike : 1 })
  }
  return groups
}

/** Faults of a file: where, what stands there, what should, and what to do; many of one kind are told once. */
export function ProblemList({ title, problems, total, tone = 'bad' }: ProblemListProps) {
  const { t, i18n } = useTranslation()
  const groups = grouped(problems)
  const rest = total - groups.reduce((sum, { count }) => sum + count, 0)
  return (
    <div role={tone === 'bad' ? 'alert' : undefined}>
      <h3 className={classes.title} data-tone={tone}>
        {title}
      </h3>
      <ol className={classes.list}>
        {groups.map(({ problem, count }, index) => (
          <li key={index} className={classes.problem}>
            <span className={classes.where}>
              <Where problem={problem} count={count} />
            </span>
            <span className={classes.found}>
              {t(count > 1 ? 'data.foundFirst' : 'data.found')} <code>{partIn(i18n, problem, 'found')}</code>
              {', '}
              {t('data.expected', { expected: partIn(i18n, problem, 'expected') })}
            </span>
            <span className={classes.fix}>{partIn(i18n, problem, 'fix')}</span>
          </li>
        ))}
      </ol>
      {rest > 0 ? <p className={classes.rest}>{t('data.moreProblems', { count: rest })}</p> : null}
    </div>
  )
}

/** The line, or from which to which and how many, and the column; else the file. */
function Where({
  problem: { line, last_line: last, column, file },
  count,
}: {
  problem: DataProblem
  count: number
}) {
  const { t } = useTranslation()
  const place =
    line === null
      ? null
      : count > 1 && last
        ? t('data.lines', { count, first: formatNumber(line), last: formatNumber(last) })
        : t('data.line', { line: formatNumber(line) })
  return <>{[place, column].filter(Boolean).join(' · ') || file}</>
}
