import { Button, Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import rows from '@/components/ui/rows.module.css'
import { ListSearch, MorePages } from '@/components/ui/searched-list'
import { UnreadableNotice } from '@/components/ui/unreadable-notice'
import { HubJobs } from '@/features/hub/components/job-list'
import type { Starter } from '@/features/models/api/models'
import { type Library, useLibrary } from '@/features/models/api/use-library'
import { ModelRows } from '@/features/models/components/model-rows'
import { formatCompact } from '@/lib/format/format'
import { told } from '@/lib/i18n'

const PAGE = 50

export function ModelsPage() {
  const { t } = useTranslation()
  const library = useLibrary(PAGE)
  const { first, isPending } = library
  return (
    <Page title={t('models.title')} intro={t('models.intro')}>
      <div className={grid.stack}>
        {isPending ? <Skeleton height={260} radius="lg" /> : null}
        <Own library={library} />
        <HubJobs />
        {first ? <Starters starters={first.starters ?? []} /> : null}
      </div>
    </Page>
  )
}

function Own({ library }: { library: Library }) {
  const { t } = useTranslation()
  const { first, items, error } = library
  if (error && !library.isNarrowed) return <ProblemNotice error={error} />
  return (
    <>
      <UnreadableNotice left={first?.unreadable} />
      {library.isEmpty ? (
        <EmptyState title={t('models.none')} text={t('models.noneText')}>
          <Button component={Link} to="/new">
            {t('shell.start')}
          </Button>
        </EmptyState>
      ) : null}
      {(first || library.isNarrowed) && !library.isEmpty ? (
        <Card
          flush
          title={t('models.library')}
          aside={<ListSearch pages={library} label={t('models.search')} nothing={t('models.notFound')} />}
        >
          <ModelRows models={items} />
          <MorePages pages={library} />
        </Card>
      ) : null}
    </>
  )
}

function Starters({ starters }: { starters: readonly Starter[] }) {
  const { t, i18n } = useTranslation()
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
              <span>{told(`server.starter.${one.id.replace('starter:', '')}`, i18n) ?? one.description}</span>
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
