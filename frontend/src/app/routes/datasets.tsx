import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import rows from '@/components/ui/rows.module.css'
import { UnreadableNotice } from '@/components/ui/unreadable-notice'
import { datasetsQuery } from '@/features/datasets/api/datasets'
import { useSampleWords } from '@/features/datasets/api/use-sample-words'
import { DatasetRows } from '@/features/datasets/components/dataset-rows'
import { DropZone } from '@/features/datasets/components/drop-zone'

export function DatasetsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { data, error, isPending } = useQuery(datasetsQuery())
  return (
    <Page title={t('data.title')} intro={t('data.intro')}>
      <div className={grid.stack}>
        <DropZone
          onDone={({ id }) => void navigate({ to: '/datasets/$datasetId', params: { datasetId: id } })}
        />
        {error ? <ProblemNotice error={error} /> : null}
        {isPending ? <Skeleton height={180} radius="lg" /> : null}
        <UnreadableNotice left={data?.unreadable} />
        {data && data.items.length > 0 ? (
          <Card flush title={t('data.library')}>
            <DatasetRows datasets={data.items} />
          </Card>
        ) : null}
        {data?.samples ? <Samples names={data.samples} /> : null}
      </div>
    </Page>
  )
}

function Samples({ names }: { names: readonly string[] }) {
  const { t } = useTranslation()
  const words = useSampleWords()
  return (
    <Card flush title={t('data.samples')}>
      <ul className={rows.rows}>
        {names.map((name) => (
          <li key={name} className={rows.row}>
            <Link to="/datasets/$datasetId" params={{ datasetId: name }} className={rows.name}>
              {name}
            </Link>
            <p className={rows.words}>{words(name)}</p>
          </li>
        ))}
      </ul>
    </Card>
  )
}
