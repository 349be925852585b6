import { Button, Select, Switch } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { MessageSquare } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import grid from '@/components/ui/grid.module.css'
import { Notice } from '@/components/ui/notice'
import { Page } from '@/components/ui/page'
import { ProblemNotice } from '@/components/ui/problem-notice'
import type { Model } from '@/features/models/api/models'
import { useModelChoices } from '@/features/models/api/use-model-choices'
import type { Message, Side } from '@/features/playground/api/ask'
import { type Mode, reads } from '@/features/playground/api/predict'
import { useAskedHow } from '@/features/playground/api/kept-talk'
import { readTools } from '@/features/playground/api/tools'
import { type Exchange, history, useConversation } from '@/features/playground/api/use-conversation'
import { Beside } from '@/features/playground/components/beside'
import { Composer } from '@/features/playground/components/composer'
import { MemoryLine } from '@/features/playground/components/memory-line'
import { ReadingPanel } from '@/features/playground/components/reading-panel'
import { OpenCalls } from '@/features/playground/components/results-form'
import { Talk } from '@/features/playground/components/talk'

import classes from './playground.module.css'

interface Choice {
  value: string
  label: string
  mode: Mode
  base: Base
}

/** Where what a model was made from is: inside of an adapter, at no further cost; apart; or nowhere. */
type Base = 'inside' | 'apart' | null

/** The models that can be asked; none as long as they are not known. */
function useChoices(model: string | null) {
  const { models, starters, ...found } = useModelChoices(model)
  const own = models.map(({ id, name, mode, ...one }) => ({
    value: id,
    label: name,
    mode,
    base: baseOf(one),
  }))
  const bundled = starters.map(({ id, mode }) => ({
    value: id,
    label: id,
    mode,
    base: null,
  }))
  const choices = [...own, ...bundled].flatMap(({ mode, ...one }): Choice[] =>
    mode ? [{ ...one, mode }] : [],
  )
  return { choices, ...found }
}

function baseOf({ kind, base_model: base }: Pick<Model, 'kind' | 'base_model'>): Base {
  if (kind === 'adapter') return 'inside'
  return base ? 'apart' : null
}

export function PlaygroundPage() {
  const { model } = useSearch({ from: '/playground' })
  return <Playground key={model} model={model ?? null} />
}

function Playground({ model }: { model: string | null }) {
  const { t } = useTranslation()
  const { choices, error, isGone, search } = useChoices(model)
  const chosen = choices.find((one) => one.value === model)
  const mode = chosen?.mode
  const choice = <ModelChoice choices={choices} model={model} onSearch={search} />
  return (
    <Page title={t('playground.title')} intro={t(`playground.${mode === 'chat' ? 'intro' : 'introAny'}`)}>
      {error ? <ProblemNotice error={error} /> : null}
      {isGone ? <Notice tone="warn">{t('playground.gone', { model })}</Notice> : null}
      {model !== null && reads(mode) ? (
        <ReadingPanel model={model} mode={mode} choice={choice} />
      ) : (
        <Chat
          model={model}
          disabled={model === null || choices.length === 0 || isGone}
          base={chosen?.base ?? null}
          choice={choice}
          alone={mode === 'text'}
        />
      )}
    </Page>
  )
}

interface ChatProps {
  model: string | null
  disabled: boolean
  base: Base
  choice: React.ReactNode
  /** One text in, one text out. */
  alone: boolean
}

/** A model that writes. */
function Chat({ model, disabled, base, choice, alone }: ChatProps) {
  const { t } = useTranslation()
  const { exchanges, busy, send, give, again, stop, clear } = useConversation(model)
  const { system, tools: typed, sampling, setSystem, setTools, setSampling } = useAskedHow(model)
  const [wanted, setWanted] = useState<boolean | null>(null)
  const compare = base !== null && (wanted ?? base === 'inside') // one that is apart takes memory of its own
  const sides: Side[] = compare ? ['tuned', 'base'] : ['tuned']
  const { tools, fault } = readTools(alone ? '' : typed)
  const asking = { model: model ?? '', sides, alone, system, tools, sampling }
  const cannotAsk = disabled || fault !== null
  return (
    <div className={grid.side}>
      <Card className={classes.chat ?? ''}>
        <Head
          {...{ choice, compare, busy }}
          onCompare={base ? setWanted : null}
          onClear={exchanges.length > 0 ? clear : null}
        />
        <Talk exchanges={exchanges} busy={busy} disabled={cannotAsk} onAgain={() => void again(asking)}>
          <Nothing chosen={model !== null} alone={alone} />
        </Talk>
        <OpenCalls
          exchanges={exchanges}
          disabled={cannotAsk || busy}
          onGive={(results) => void give(results, asking)}
        />
        <Composer
          busy={busy}
          disabled={cannotAsk}
          placeholder={t(alone ? 'playground.placeholderText' : 'playground.placeholder')}
          onStop={stop}
          onSend={(text) => void send(text, asking)}
        />
        <MemoryLine />
      </Card>
      <Beside
        {...{ sampling, setSampling, system, setSystem, typed, setTools, tools, alone }}
        model={model}
        messages={shown(exchanges, alone, system)}
      />
    </div>
  )
}

/** What was asked last, as the tuned model was asked it. */
function shown(exchanges: Exchange[], alone: boolean, system: string): Message[] {
  const before = alone ? [] : exchanges.slice(0, -1)
  return history(before, exchanges.at(-1) ?? { question: '…' }, 'tuned', system)
}

interface HeadProps {
  choice: React.ReactNode
  compare: boolean
  busy: boolean
  /** None where there is nothing to compare with. */
  onCompare: ((compare: boolean) => void) | null
  /** None where there is nothing to clear. */
  onClear: (() => void) | null
}

function Head({ choice, compare, busy, onCompare, onClear }: HeadProps) {
  const { t } = useTranslation()
  return (
    <div className={classes.head}>
      {choice}
      {onCompare ? (
        <Switch
          label={t('playground.compare')}
          checked={compare}
          onChange={(event) => onCompare(event.currentTarget.checked)}
        />
      ) : null}
      {onClear ? (
        <Button variant="subtle" disabled={busy} onClick={onClear}>
          {t('playground.clear')}
        </Button>
      ) : null}
    </div>
  )
}

interface ModelChoiceProps {
  choices: Choice[]
  model: string | null
  onSearch: (text: string) => void
}

function ModelChoice({ choices, model, onSearch }: ModelChoiceProps) {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/playground' })
  return (
    <Select
      className={classes.model}
      aria-label={t('playground.model')}
      placeholder={t('playground.pick')}
      searchable
      onSearchChange={onSearch}
      data={named(choices)}
      value={model}
      onChange={(value) => void navigate({ search: value ? { model: value } : {} })}
    />
  )
}

function Nothing({ chosen, alone }: { chosen: boolean; alone: boolean }) {
  const { t } = useTranslation()
  const howTo = t(alone ? 'playground.howToText' : 'playground.howTo')
  return (
    <EmptyState
      icon={<MessageSquare size={26} strokeWidth={1.5} />}
      title={chosen ? t('playground.ask') : t('playground.none')}
      text={chosen ? howTo : t('playground.noneText')}
    />
  )
}

/** Choices whose names are told apart: runs of one name make models of one name. */
function named(choices: Choice[]) {
  return choices.map(({ value, label }) => ({
    value,
    label: choices.filter((one) => one.label === label).length > 1 ? `${label} (${value})` : label,
  }))
}
