import { Skeleton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { Tag } from '@/components/ui/tag'

import { type Inspection, inspectionQuery, type Reading } from '../api/datasets'
import { LOOKED_AT } from '../api/use-shape'
import { ColumnForm } from './column-form'
import { ProblemList } from './problem-list'
import { RowBrowser } from './row-browser'

interface HubLookProps {
  /** `hub:OWNER/NAME` */
  dataset: string
  /** How a person said that its columns are read. */
  read: Reading | null
  onRead: (reading: Reading) => void
}

/** A dataset of the hub before it is used: whether it is there, its shape, its columns, what is wrong, its rows. */
export function HubLook({ dataset, read, onRead }: HubLookProps) {
  const { t } = useTranslation()
  const { data, error, isFetching } = useQuery({
    ...inspectionQuery(dataset, LOOKED_AT, read),
    placeholderData: keepPreviousData,
  })
  const name = dataset.slice('hub:'.length)
  if (error) return <ProblemNotice error={error} title={t('data.hubNotRead', { name })} />
  if (!data) {
    return (
      <div className={grid.stack}>
        <Notice tone="info">{t('data.hubFetching')}</Notice>
        <Skeleton height={260} radius="lg" />
      </div>
    )
  }
  const { shape } = data.report
  return (
    <div className={grid.stack}>
      {read !== null || shape === null ? (
        <Card title={t('data.mapping')}>
          <ColumnForm
            readings={data.readings}
            found={data.found}
            now={read}
            pending={isFetching}
            onRead={onRead}
          />
        </Card>
      ) : null}
      <Faults inspection={data} asked={read === null && shape === null} />
      <Card
        flush
        title={t('data.hubLook', { name })}
        aside={
          shape ? <Tag>{t(`data.shape.${shape}`)}</Tag> : <Tag tone="warn">{t('data.needsColumns')}</Tag>
        }
      >
        <RowBrowser dataset={dataset} total={data.report.rows} read={read} />
      </Card>
    </div>
  )
}

/** Rows that cannot be used. That nobody has said yet how columns are read is no fault: it is asked for above. */
function Faults({ inspection: { report }, asked }: { inspection: Inspection; asked: boolean }) {
  const { t } = useTranslation()
  if (asked || report.errors.length === 0) return null
  return (
    <Card>
      <ProblemList title={t('data.faulty')} problems={[...report.errors]} total={report.total} />
    </Card>
  )
}
