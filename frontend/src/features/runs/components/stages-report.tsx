import clsx from 'clsx'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import table from '@/components/ui/table.module.css'
import { formatAlike } from '@/lib/format/format'
import { metricName } from '@/lib/report/metric-name'

import type { Report } from '../api/run-events'

type Whole = NonNullable<Report['since_start']>

/** All stages of a recipe as a whole: what the first began with, what each made of it, and the difference in the end. */
export function StagesReport({ whole }: { whole: Whole }) {
  const { t } = useTranslation()
  const columns = [whole.model, ...whole.stages.map((stage) => t('report.afterStage', { stage }))]
  return (
    <Card flush title={t('report.allStages')}>
      <div className={table.holder}>
        <table className={clsx(table.table, table.blocks, 'numbers')}>
          <thead>
            <tr>
              <th scope="col">{t('report.metric')}</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
              <th scope="col">{t('report.difference')}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(whole.metrics).map(([name, metric]) => {
              const alike = formatAlike(metric.values)
              const [low, high] = metric.ci95 as [number, number]
              return (
                <tr key={name}>
                  <th scope="row">{metricName(name)}</th>
                  {columns.map((column, at) => (
                    <td key={column} data-label={column}>
                      {alike.value(metric.values[at] ?? Number.NaN)}
                    </td>
                  ))}
                  <td data-label={t('report.difference')}>
                    {alike.signed(metric.difference)} [{alike.signed(low)}, {alike.signed(high)}]
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </Card>
  )
}
