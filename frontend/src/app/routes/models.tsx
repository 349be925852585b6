import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import grid from '@/components/ui/grid.module.css'
import { Notice } from '@/components/ui/notice'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import rows from '@/components/ui/rows.module.css'
import { HubJobs } from '@/features/hub/components/job-list'
import { type ModelPage, modelsQuery, type Starter } from '@/features/models/api/models'
import { ModelRows } from '@/features/models/components/model-rows'
import { formatCompact } from '@/lib/format/format'

export function ModelsPage() {
  const { t } = useTranslation()
  const { data, error, isPending } = useQuery(modelsQuery())
  return (
    <Page title={t('models.title')} intro={t('models.intro')}>
      <div className={grid.stack}>
        {error ? <ProblemNotice error={error} /> : null}
        {isPending ? <Skeleton height={260} radius="lg" /> : null}
        {data ? <Own page={data} /> : null}
        <HubJobs />
        {data ? <Starters starters={data.starters ?? []} /> : null}
      </div>
    </Page>
  )
}

function Own({ page }: { page: ModelPage }) {
  const { t } = useTranslation()
  const unreadable = page.unreadable ?? []
  return (
    <>
      {unreadable.length > 0 ? (
        <Notice tone="warn" title={t('models.unreadable')}>
          {unreadable.join(' ')}
        </Notice>
      ) : null}
      {page.items.length > 0 ? (
        <Card flush title={t('models.library')}>
          <ModelRows models={[...page.items]} />
        </Card>
      ) : (
        <EmptyState title={t('models.none')} text={t('models.noneText')}>
          <Button component={Link} to="/new">
            {t('shell.start')}
          </Button>
        </EmptyState>
      )}
    </>
  )
}

function Starters({ starters }: { starters: readonly Starter[] }) {
  const { t } = useTranslation()
  return (
    <Card flush title={t('models.starters')}>
      <ul className={rows.rows}>
        {starters.map((one) => (
          <li key={one.id} className={rows.row}>
            <div className={rows.head}>
              <span className={rows.name}>{one.id}</span>
              <span className={rows.words}>
                {one.mode ? (
                  <>
                    <Link to="/playground" search={{ model: one.id }}>
                      {t('models.talk')}
                    </Link>
                  </>
                ) : null}
                <Link to="/new" search={{ model: one.id }}>
                  {t('models.tune')}
                </Link>
              </span>
            </div>
            <p className={rows.words}>
              <span>{one.description}</span>
              <span className="numbers">
                {t('models.parameters', { number: formatCompact(one.parameters) })}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </Card>
  )
}
