import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { formatNumber } from '@/lib/format/format'

import classes from './confusion-card.module.css'

/** How often each class was answered with each: rows are the right classes, columns the answers. */
export interface Confusion {
  classes: readonly string[]
  base: readonly (readonly number[])[]
  tuned: readonly (readonly number[])[]
}

/** Which classes are taken for which, before and after. */
export function ConfusionCard({ confusion }: { confusion: Confusion }) {
  const { t } = useTranslation()
  return (
    <Card title={t('report.confusion')}>
      <p className={classes.words}>{t('report.confusionText')}</p>
      <div className={classes.both}>
        <Matrix title={t('report.base')} names={confusion.classes} counts={confusion.base} />
        <Matrix title={t('report.tuned')} names={confusion.classes} counts={confusion.tuned} />
      </div>
    </Card>
  )
}

interface MatrixProps {
  title: string
  names: readonly string[]
  counts: readonly (readonly number[])[]
}

function Matrix({ title, names, counts }: MatrixProps) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={title}>
      <table className={`${classes.table} numbers`}>
        <caption>{title}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col" title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, row) => {
            const line = counts[row] ?? []
            const all = line.reduce((sum, count) => sum + count, 0)
            return (
              <tr key={name}>
                <th scope="row" title={name}>
                  {name}
                </th>
                {line.map((count, column) => (
                  <td
                    key={column}
                    data-right={row === column}
                    data-none={count === 0}
                    style={{ '--share': all > 0 ? count / all : 0 } as React.CSSProperties}
                  >
                    {formatNumber(count)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
