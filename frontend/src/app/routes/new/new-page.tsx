import { Button } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import clsx from 'clsx'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

import { same } from '@/components/schema-form/paths'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { changeDraft, type Draft, resetDraft, useDraft } from '@/features/tuning/api/draft'
import { suitsOf } from '@/features/tuning/api/suits'
import { useDatasetName, useModelName } from '@/lib/api/use-names'

import { CheckStep } from './check-step'
import { DataStep } from './data-step'
import { ModelStep } from './model-step'
import classes from './new-page.module.css'
import { SettingsStep } from './settings-step'
import { STEPS, type Step } from './steps'
import { useRows } from './use-rows'

/** How far one may go: settings need data and a model. */
function reachable(step: Step, draft: Draft): boolean {
  if (step === 'data') return true
  if (step === 'model') return draft.dataset !== null
  return draft.dataset !== null && draft.model !== null
}

export function NewPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/new' })
  const search = useSearch({ from: '/new' })
  const draft = useDraft()
  const { dataset, model } = search
  const unread = useSuited(draft)

  useEffect(() => {
    if (dataset === undefined && model === undefined) return
    changeDraft({ ...(dataset === undefined ? {} : { dataset }), ...(model === undefined ? {} : { model }) })
    const step: Step =
      dataset !== undefined && model !== undefined ? 'settings' : dataset === undefined ? 'data' : 'model'
    void navigate({ search: { step }, replace: true })
  }, [dataset, model, navigate])

  const step = search.step && reachable(search.step, draft) ? search.step : 'data'
  const needsRows = step === 'settings' || step === 'check'
  const go = (next: Step) => void navigate({ search: { step: next } })
  return (
    <Page
      title={t('new.title')}
      place={step}
      intro={t(`new.intro.${step}`)}
      actions={
        <Button
          variant="default"
          size="xs"
          onClick={() => {
            resetDraft()
            go('data')
          }}
        >
          {t('new.reset')}
        </Button>
      }
    >
      <Steps current={step} draft={draft} />
      {step === 'data' ? <DataStep onNext={() => go('model')} onRecipe={() => go('settings')} /> : null}
      {step === 'model' ? <ModelStep onNext={() => go('settings')} /> : null}
      {needsRows && unread ? (
        <ProblemNotice error={unread} title={t('data.hubNotRead', { name: draft.dataset })} />
      ) : null}
      {step === 'settings' && !unread ? <SettingsStep onNext={() => go('check')} /> : null}
      {step === 'check' && !unread ? <CheckStep /> : null}
    </Page>
  )
}

/** Follow what the rows ask for, as they are read now. Returns why that is not known, where it is not. */
function useSuited({ dataset, chosen, suited }: Draft): Error | null {
  const { known, shape, error } = useRows({ dataset, chosen })
  useEffect(() => {
    if (dataset !== null && known && !same(suited, suitsOf(shape))) changeDraft({ suited: suitsOf(shape) })
  }, [dataset, known, shape, suited])
  return suited === null ? error : null
}

function Steps({ current, draft }: { current: Step; draft: Draft }) {
  const { t } = useTranslation()
  const position = STEPS.indexOf(current)
  return (
    <nav aria-label={t('new.steps')} className={classes.nav}>
      <ol className={classes.steps}>
        {STEPS.map((step, index) => (
          <li
            key={step}
            className={clsx(index < position && classes.done, step === current && classes.current)}
            aria-current={step === current ? 'step' : undefined}
          >
            {reachable(step, draft) ? (
              <Link to="/new" search={{ step }} className={classes.link}>
                <Inner step={step} index={index} draft={draft} />
              </Link>
            ) : (
              <span className={classes.link}>
                <Inner step={step} index={index} draft={draft} />
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}

function Inner({ step, index, draft }: { step: Step; index: number; draft: Draft }) {
  const { t } = useTranslation()
  const chosen = [
    useDatasetName(step === 'data' ? draft.dataset : null),
    useModelName(step === 'model' ? draft.model : null),
  ].find((name) => name !== null)
  return (
    <>
      <span className={classes.number}>{index + 1}</span>
      <span className={classes.words}>
        <span className={classes.name}>{t(`new.step.${step}`)}</span>
        {chosen ? <span className={classes.chosen}>{chosen}</span> : null}
      </span>
    </>
  )
}
