import { Button, Skeleton } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { Card } from '@/components/ui/card'
import { Confirm } from '@/components/ui/confirm'
import { Facts } from '@/components/ui/facts'
import grid from '@/components/ui/grid.module.css'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { aheadQuery } from '@/features/runs/api/runs'
import { type PlanReport, planQuery, startRun, tokensQuery } from '@/features/tuning/api/plans'
import { forgetSetting } from '@/features/tuning/api/draft'
import type { TrainingConfig } from '@/features/tuning/api/recipes'
import { useRecipe } from '@/features/tuning/api/use-recipe'
import { Findings } from '@/features/tuning/components/findings'
import { Lengths } from '@/features/tuning/components/length-card'
import { MemoryPlanView } from '@/features/tuning/components/memory-plan'
import { RowChoice } from '@/features/tuning/components/row-choice'
import { TokenView } from '@/features/tuning/components/token-view'
import { newKey } from '@/lib/api/new-key'
import { formatNumber } from '@/lib/format/format'

import classes from './new-page.module.css'

const ROWS = 3
const TOKENS = 500

/** What the trainer would really be fed; the start is offered when it holds. */
export function CheckStep() {
  const { t } = useTranslation()
  const { config, defaults, refused, schema } = useRecipe()
  const plan = useQuery({ ...planQuery(config ?? {}), enabled: config !== null })
  const error = plan.error ?? refused ?? defaults.error ?? schema.error
  if (error) return <ProblemNotice error={error} title={t('check.impossible')} />
  if (!config || !plan.data) {
    return (
      <div role="status" className={grid.stack}>
        <Notice tone="info">{t('check.running')}</Notice>
        <Skeleton height={320} radius="lg" />
      </div>
    )
  }
  return <Result config={config} report={plan.data} />
}

function Result({ config, report }: { config: TrainingConfig; report: PlanReport }) {
  const { t } = useTranslation()
  const { preflight } = report
  const [row, setRow] = useState(1)
  const tokens = useRef<HTMLDivElement>(null)
  return (
    <div className={grid.stack}>
      <Start config={config} report={report} />
      <div className={grid.side}>
        <div className={grid.stack}>
          <Card title={t('check.truths')}>
            <Findings
              findings={preflight.findings}
              onRow={(one) => {
                setRow(one)
                tokens.current?.focus()
              }}
            />
          </Card>
          <div ref={tokens} tabIndex={-1}>
            <Tokens config={config} row={row} onRow={setRow} />
          </div>
        </div>
        <div className={grid.stack}>
          <Card title={t('check.rowsTitle')}>
            <Facts
              facts={[
                [t('check.training'), formatNumber(preflight.rows)],
                [t('check.heldOut'), formatNumber(preflight.validation_rows)],
                [t('check.cut'), formatNumber(preflight.rows_cut)],
                [t('check.leftOut'), formatNumber(preflight.rows_left_out)],
                [t('check.tokens'), formatNumber(preflight.tokens)],
                [t('check.trainedTokens'), formatNumber(preflight.trained_tokens)],
                [t('check.exact'), formatNumber(report.validation.exact_duplicates)],
                [t('check.near'), formatNumber(report.validation.near_duplicates)],
              ]}
            />
          </Card>
          <Card title={t('data.lengths')}>
            <Lengths lengths={preflight.lengths} limit={config.data?.max_length ?? Infinity} />
          </Card>
          <Card title={t('plan.title')}>
            <MemoryPlanView plan={report.plan} />
          </Card>
        </div>
      </div>
    </div>
  )
}

interface TokensProps {
  config: TrainingConfig
  /** The row to begin with. */
  row: number
  onRow: (row: number) => void
}

function Tokens({ config, row, onRow }: TokensProps) {
  const { t } = useTranslation()
  const [most, setMost] = useState(TOKENS)
  const { data, error, isFetching } = useQuery({
    ...tokensQuery(config, row, ROWS, most),
    placeholderData: keepPreviousData,
  })
  return (
    <Card
      title={row === 1 ? t('check.tokenTitle') : t('check.tokenTitleFrom', { row })}
      aside={<RowChoice row={row} onChoose={onRow} />}
    >
      {error ? <ProblemNotice error={error} /> : null}
      {data?.length === 0 ? <p role="status">{t('check.noRow', { row })}</p> : null}
      {data ? (
        <TokenView rows={data} fetching={isFetching} onMore={() => setMost(most * 4)} />
      ) : error ? null : (
        <Skeleton height={160} />
      )}
    </Card>
  )
}

function Start({ config, report }: { config: TrainingConfig; report: PlanReport }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [key] = useState(newKey)
  const [asking, setAsking] = useState(false)
  const start = useMutation({
    mutationFn: (force: boolean) => startRun(config, key, force),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['runs'] })
      await navigate({ to: '/runs/$runId', params: { runId: id } })
      // The settings may serve again; the name was this run's.
      forgetSetting('name')
    },
  })
  const holds = report.preflight.ok
  const fits = report.plan.fits
  return (
    <Card>
      <div className={classes.start}>
        <Notice
          tone={!holds ? 'bad' : fits ? 'good' : 'warn'}
          title={t(!holds ? 'check.broken' : fits ? 'check.holds' : 'check.tight')}
        >
          {t(!holds ? 'check.brokenText' : fits ? 'check.holdsText' : 'check.tightText')}
        </Notice>
        {holds ? <Waits /> : null}
        {start.error && !asking ? <ProblemNotice error={start.error} /> : null}
        <div className={classes.next}>
          {holds && !fits ? (
            <Button variant="default" onClick={() => setAsking(true)}>
              {t('check.force')}
            </Button>
          ) : (
            <BusyButton
              size="md"
              disabled={!holds}
              pending={start.isPending}
              onClick={() => start.mutate(false)}
            >
              {t('check.start')}
            </BusyButton>
          )}
        </div>
      </div>
      <Confirm
        opened={asking}
        title={t('check.force')}
        action={t('check.force')}
        pending={start.isPending}
        error={start.error}
        onConfirm={() => start.mutate(true)}
        onClose={() => setAsking(false)}
      >
        {t('check.forceText')}
      </Confirm>
    </Card>
  )
}

/** That training does not begin at once, and with what it does; nothing where a place is free, or it is not known. */
function Waits() {
  const { t } = useTranslation()
  const { data } = useQuery(aheadQuery())
  if (!data) return null
  const ahead = data.working + data.waiting
  const ended = ahead - data.places + 1
  if (ended <= 0) return null
  return (
    <Notice tone="info" title={t('check.waits', { count: ahead })}>
      {data.places === 1
        ? t('check.waitsText', { count: ahead })
        : t('check.waitsForPlace', { count: ended, places: data.places })}
    </Notice>
  )
}
