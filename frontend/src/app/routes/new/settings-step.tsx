import { Button, Skeleton, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Field } from '@/components/schema-form/json-schema'
import { UnreadContext, useUnread } from '@/components/schema-form/unread'
import { shownName } from '@/components/schema-form/words'
import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { useLimits } from '@/features/tuning/api/applicable'
import { chooseSetting, type Draft, forgetSetting, latestDecision } from '@/features/tuning/api/draft'
import type { MemoryPlan } from '@/features/tuning/api/plans'
import { type TrainingConfig } from '@/features/tuning/api/recipes'
import { useLiveMemory, useRecipe } from '@/features/tuning/api/use-recipe'
import { MemoryPlanView } from '@/features/tuning/components/memory-plan'
import { RecipeCard } from '@/features/tuning/components/recipe-card'
import { SettingsForm } from '@/features/tuning/components/settings-form'
import type { Schemas } from '@/lib/api/client'
import { Problem } from '@/lib/api/problem'

import { Carried } from './carried'
import classes from './new-page.module.css'
import { TimeEstimate } from './time-estimate'
import { ToCheck } from './to-check'
import { useRows } from './use-rows'

/** How it learns: the schema's own form, and beside it what that takes. */
export function SettingsStep({ onNext }: { onNext: () => void }) {
  const { t } = useTranslation()
  const { draft, schema, measure, defaults, refused, config, fields } = useRecipe()
  const longest = measure.data?.preflight.lengths.maximum ?? null
  const { memory, faults } = useLiveMemory(config, longest)
  const limits = useLimits(config, useRows(draft).shape)
  const unread = useUnread()
  const error = schema.error ?? defaults.error
  if (error) return <NotPlanned error={error} />
  if (!config || !schema.data || !defaults.data) return <Waiting />
  return (
    <div className={grid.stack}>
      <Refused {...{ refused, fields }} chosen={draft.chosen} measured={measure.error} />
      <Carried {...{ fields, config }} defaults={defaults.data} />
      <div className={classes.settings}>
        <div className={grid.stack}>
          <Name config={config} model={draft.model} />
          <UnreadContext value={unread.tell}>
            <SettingsForm
              fields={fields.filter(({ dotted }) => dotted !== 'name')}
              essential={schema.data.essential}
              config={config}
              defaults={defaults.data}
              faults={faults}
              limits={limits}
            />
          </UnreadContext>
        </div>
        <div className={classes.beside}>
          {refused ? null : (
            <Card title={t('plan.title')}>
              <Plan memory={memory.data} error={memory.error} known={Object.keys(faults)} />
              <TimeEstimate
                config={config}
                preflight={measure.data?.preflight}
                device={memory.data?.device}
              />
            </Card>
          )}
          <RecipeCard fields={fields} config={config} />
        </div>
      </div>
      <ToCheck
        unread={unread.names}
        refused={[refused, memory.error].some(Boolean)}
        measured={measure.error}
        onNext={onNext}
      />
    </div>
  )
}

/** The server's codes of the hub's refusals that another token, or one at all, may mend. */
const TOKEN_MAY_MEND: readonly (string | null | undefined)[] = [
  'gated-without-token',
  'gated-for-account',
  'hub-knows-nothing',
  'unknown-token',
] satisfies NonNullable<Schemas['ErrorWords']['code']>[]

/** Nothing can be proposed for this model: what to do about it is on other pages. */
function NotPlanned({ error }: { error: Error }) {
  const { t } = useTranslation()
  const wantsToken = error instanceof Problem && TOKEN_MAY_MEND.includes(error.body.code)
  return (
    <div className={grid.stack}>
      <ProblemNotice error={error} />
      <div className={classes.ways}>
        <Button renderRoot={(props) => <Link to="/new" search={{ step: 'model' }} {...props} />}>
          {t('new.otherModel')}
        </Button>
        {wantsToken ? (
          <Button variant="default" renderRoot={(props) => <Link to="/settings" {...props} />}>
            {t('new.enterToken')}
          </Button>
        ) : null}
      </div>
    </div>
  )
}

interface RefusedProps {
  refused: Error | null
  measured: Error | null
  fields: readonly Field[]
  chosen: Draft['chosen']
}

/** Choices that cannot be right together; the form stays, so that any of them can be changed, or the latest undone. */
function Refused({ refused, measured, fields, chosen }: RefusedProps) {
  const { t, i18n } = useTranslation()
  const latest = fields.find(({ dotted }) => dotted === latestDecision(chosen))
  if (!refused) return measured ? <ProblemNotice error={measured} title={t('new.notMeasured')} /> : null
  return (
    <>
      <ProblemNotice error={refused} title={t('new.refused')} />
      {latest ? (
        <div>
          <Button size="xs" variant="default" onClick={() => forgetSetting(latest.dotted)}>
            {t('new.undo', { name: shownName(latest, i18n) })}
          </Button>
        </div>
      ) : null}
    </>
  )
}

function Waiting() {
  const { t } = useTranslation()
  return (
    <div role="status" className={grid.stack}>
      <Notice tone="info">{t('new.measuring')}</Notice>
      <Skeleton height={300} radius="lg" />
    </div>
  )
}

interface PlanProps {
  memory: MemoryPlan | undefined
  error: Error | null
  known: string[]
}

function Plan({ memory, error, known }: PlanProps) {
  return (
    <>
      {error ? <Impossible error={error} known={known} /> : null}
      {memory ? <MemoryPlanView plan={memory} /> : error ? null : <Skeleton height={150} />}
    </>
  )
}

/** The refusal of a setting stands at the setting; one that concerns several stands here. */
function Impossible({ error, known }: { error: Error; known: string[] }) {
  const { t } = useTranslation()
  const single = known.length > 0 && known.every((key) => key.includes('.'))
  if (!single) return <ProblemNotice error={error} />
  return <Notice tone="bad">{t('form.refused', { keys: known.join(', ') })}</Notice>
}

function Name({ config, model }: { config: TrainingConfig; model: string | null }) {
  const { t } = useTranslation()
  return (
    <Card>
      <TextInput
        label={t('new.name')}
        placeholder={t('new.namePlaceholder', { model })}
        maxLength={100}
        value={config.name ?? ''}
        onChange={(event) => chooseSetting('name', event.currentTarget.value || null)}
      />
    </Card>
  )
}
