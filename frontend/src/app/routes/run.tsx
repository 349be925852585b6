import { Button, Skeleton, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { fieldsOf } from '@/components/schema-form/json-schema'
import { Card } from '@/components/ui/card'
import { CodeBlock } from '@/components/ui/code-block'
import grid from '@/components/ui/grid.module.css'
import { Notice } from '@/components/ui/notice'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { ProblemPage } from '@/components/ui/problem-page'
import { MachineCard } from '@/features/hardware/components/machine-card'
import { type ModelDetail, modelQuery } from '@/features/models/api/models'
import { isActive, isWorking, type Run, runQuery } from '@/features/runs/api/runs'
import { attemptsOf, partOf } from '@/features/runs/api/story'
import { useLastWords } from '@/features/runs/api/use-last-words'
import { useRunLive } from '@/features/runs/api/use-run-live'
import { CheckpointList } from '@/features/runs/components/checkpoint-list'
import { Curves } from '@/features/runs/components/curves'
import { DiagnosisCard } from '@/features/runs/components/diagnosis-card'
import { LogTail } from '@/features/runs/components/log-tail'
import { ProgressLine } from '@/features/runs/components/progress-line'
import { ReportView } from '@/features/runs/components/report-view'
import { type Made, RunActions } from '@/features/runs/components/run-actions'
import { RunFacts } from '@/features/runs/components/run-facts'
import { RunStatusTag, SpokenStatus } from '@/features/runs/components/run-status'
import { SamplesCard } from '@/features/runs/components/samples-card'
import { Story } from '@/features/runs/components/story'
import { branches, choicesOf } from '@/features/tuning/api/compose'
import { changeDraft } from '@/features/tuning/api/draft'
import { recipeQuery, schemaQuery } from '@/features/tuning/api/recipes'
import { hidesAll, isGone } from '@/lib/api/problem'
import { useErrorWords } from '@/lib/i18n/error-words'

import classes from './run.module.css'
import { TABS, type Tab } from './run-tabs'

type Live = ReturnType<typeof useRunLive>

export function RunPage() {
  const { t } = useTranslation()
  const { runId } = useParams({ from: '/runs/$runId' })
  const { data, error } = useQuery(runQuery(runId))
  if (hidesAll(error, data)) {
    return (
      <ProblemPage error={error}>
        <Button component={Link} to="/runs" variant="default">
          {t('shell.runs')}
        </Button>
      </ProblemPage>
    )
  }
  if (!data) return <Skeleton height={480} radius="lg" />
  return <Whole key={runId} run={data} />
}

function Whole({ run }: { run: Run }) {
  const { t } = useTranslation()
  useLastWords(run)
  const { tab } = useSearch({ from: '/runs/$runId' })
  const current = tab && tabsOf(run).includes(tab) ? tab : run.report ? 'report' : 'curves'
  const live = useRunLive(run, isActive(run) || current === 'curves')
  const words = useErrorWords()
  const failure = run.error ? words(run.error) : null
  const model = useQuery({ ...modelQuery(run.model_id ?? ''), enabled: Boolean(run.model_id) })
  const made = madeOf(model)
  return (
    <Page
      title={run.name}
      mark={<RunStatusTag run={run} />}
      above={<Link to="/runs">{t('shell.runs')}</Link>}
      actions={<RunActions run={run} made={made} />}
    >
      <SpokenStatus run={run} />
      <div className={grid.stack}>
        {failure ? (
          <Notice tone="bad" title={failure.message}>
            {failure.hint}
          </Notice>
        ) : null}
        {isActive(run) ? (
          <Card>
            <ProgressLine run={run} part={partOf(live.told)} />
          </Card>
        ) : null}
        <Sections {...{ run, made, current, live }} />
      </div>
    </Page>
  )
}

/** What can be done with the model that a run made. */
function madeOf({ data, error }: { data: ModelDetail | undefined; error: Error | null }): Made {
  if (isGone(error)) return 'gone'
  return data?.mode === null ? 'scores' : 'answers'
}

/** There is no report before the run has one. */
function tabsOf(run: Run): readonly Tab[] {
  return TABS.filter((one) => one !== 'report' || run.report)
}

interface SectionsProps {
  run: Run
  made: Made
  current: Tab
  live: Live
}

function Sections({ run, made, current, live }: SectionsProps) {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/runs/$runId' })
  return (
    <Tabs
      value={current}
      keepMounted={false}
      onChange={(value) => void navigate({ search: { tab: value as Tab }, replace: true })}
    >
      <Tabs.List mb="md" className={classes.tabs ?? ''} aria-label={t('run.sections')}>
        {tabsOf(run).map((one) => (
          <Tabs.Tab key={one} value={one}>
            {t(`run.tab.${one}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="report">
        <ReportView run={run} made={made} />
      </Tabs.Panel>
      <Tabs.Panel value="curves">
        <Curve run={run} live={live} />
      </Tabs.Panel>
      <Tabs.Panel value="log">
        <LogTail run={run} />
      </Tabs.Panel>
      <Tabs.Panel value="checkpoints">
        <CheckpointList run={run} />
      </Tabs.Panel>
      <Tabs.Panel value="recipe">
        <Recipe run={run} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Curve({ run, live }: { run: Run; live: Live }) {
  const { t } = useTranslation()
  if (live.error && !live.known) return <ProblemNotice error={live.error} />
  if (!live.known) return <Skeleton height={420} radius="lg" />
  return (
    <div className={classes.live}>
      <div className={classes.said}>
        <DiagnosisCard run={run} series={live.series} />
      </div>
      <div className={classes.curves}>
        <Curves series={live.series} version={live.version}>
          <SamplesCard sampled={live.sampled} />
        </Curves>
      </div>
      <div className={`${grid.stack} ${classes.rest}`}>
        <Card title={t('story.title')}>
          <Story events={live.told} working={isWorking(run)} />
        </Card>
        <Card title={t('run.facts')}>
          <RunFacts run={run} attempts={attemptsOf(live.told)} />
        </Card>
        {isActive(run) ? <MachineCard /> : null}
      </div>
    </div>
  )
}

function Recipe({ run }: { run: Run }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { data, error } = useQuery(recipeQuery(run.config))
  const schema = useQuery(schemaQuery())
  const again = () => {
    if (!schema.data) return
    const root = schema.data.json_schema
    const chosen = choicesOf(fieldsOf(root, branches(root, run.config)), run.config)
    const { dataset, model } = run.config
    changeDraft({ dataset, model, chosen: { ...chosen, name: null }, carried: false })
    void navigate({ to: '/new', search: { step: 'settings' } })
  }
  if (error) return <ProblemNotice error={error} />
  return (
    <Card
      title={t('recipe.title')}
      aside={
        <Button size="xs" variant="default" disabled={!schema.data} onClick={again}>
          {t('run.again')}
        </Button>
      }
    >
      {data ? <CodeBlock code={data} label={t('recipe.title')} /> : null}
    </Card>
  )
}
