import { Button, Select, Switch, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { MessageSquare } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import grid from '@/components/ui/grid.module.css'
import { Page } from '@/components/ui/page'
import { modelsQuery, writesAnswers } from '@/features/models/api/models'
import type { Message, Sampling, Side } from '@/features/playground/api/ask'
import { history, useConversation } from '@/features/playground/api/use-conversation'
import { Composer } from '@/features/playground/components/composer'
import { ExchangeView } from '@/features/playground/components/exchange-view'
import { MemoryLine } from '@/features/playground/components/memory-line'
import { GREEDY, SamplingForm } from '@/features/playground/components/sampling-form'
import { SnippetCard } from '@/features/playground/components/snippet-card'

import classes from './playground.module.css'

interface Choice {
  value: string
  label: string
  hasBase: boolean
}

/** The models that can be asked; none as long as they are not known. */
function useChoices(): Choice[] {
  const { data } = useQuery(modelsQuery())
  const own = (data?.items ?? [])
    .filter((one) => writesAnswers([one.task]))
    .map((one) => ({ value: one.id, label: one.name, hasBase: one.kind === 'adapter' }))
  const starters = (data?.starters ?? [])
    .filter((one) => writesAnswers(one.tasks))
    .map((one) => ({ value: one.id, label: one.id, hasBase: false }))
  return [...own, ...starters]
}

export function PlaygroundPage() {
  const { model } = useSearch({ from: '/playground' })
  return <Playground key={model} model={model ?? null} />
}

function Playground({ model }: { model: string | null }) {
  const { t } = useTranslation()
  const choices = useChoices()
  const { exchanges, busy, send, stop, clear } = useConversation()
  const [sampling, setSampling] = useState(GREEDY)
  const [system, setSystem] = useState('')
  const [compare, setCompare] = useState(true)
  const hasBase = choices.find((one) => one.value === model)?.hasBase ?? false
  const sides: Side[] = hasBase && compare ? ['tuned', 'base'] : ['tuned']
  return (
    <Page title={t('playground.title')} intro={t('playground.intro')}>
      <div className={grid.side}>
        <Card className={classes.chat ?? ''}>
          <div className={classes.head}>
            <ModelChoice choices={choices} model={model} />
            {hasBase ? (
              <Switch
                label={t('playground.compare')}
                checked={compare}
                onChange={(event) => setCompare(event.currentTarget.checked)}
              />
            ) : null}
            {exchanges.length > 0 ? (
              <Button variant="subtle" disabled={busy} onClick={clear}>
                {t('playground.clear')}
              </Button>
            ) : null}
          </div>
          <Talk count={exchanges.length} busy={busy}>
            {exchanges.map((exchange) => (
              <ExchangeView key={exchange.id} exchange={exchange} />
            ))}
            {exchanges.length === 0 ? <Nothing chosen={model !== null} /> : null}
          </Talk>
          <Composer
            busy={busy}
            disabled={model === null || choices.length === 0}
            onStop={stop}
            onSend={(text) => model && void send(text, { model, sides, system, sampling })}
          />
          <MemoryLine />
        </Card>
        <Beside
          {...{ sampling, setSampling, system, setSystem }}
          model={model}
          messages={history(exchanges.slice(0, -1), exchanges.at(-1)?.question ?? '…', 'tuned', system)}
        />
      </div>
    </Page>
  )
}

interface BesideProps {
  model: string | null
  messages: Message[]
  sampling: Sampling
  setSampling: (sampling: Sampling) => void
  system: string
  setSystem: (system: string) => void
}

/** How it is asked, and the same by API. */
function Beside({ model, messages, sampling, setSampling, system, setSystem }: BesideProps) {
  const { t } = useTranslation()
  return (
    <div className={grid.stack}>
      <Card title={t('playground.sampling')}>
        <SamplingForm value={sampling} onChange={setSampling} />
      </Card>
      <Card>
        <Textarea
          autosize
          minRows={2}
          maxRows={8}
          label={t('playground.system')}
          description={t('playground.systemHelp')}
          value={system}
          onChange={(event) => setSystem(event.currentTarget.value)}
        />
      </Card>
      {model ? <SnippetCard model={model} sampling={sampling} messages={messages} /> : null}
    </div>
  )
}

function ModelChoice({ choices, model }: { choices: Choice[]; model: string | null }) {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/playground' })
  return (
    <Select
      className={classes.model}
      aria-label={t('playground.model')}
      placeholder={t('playground.pick')}
      searchable
      data={named(choices)}
      value={model}
      onChange={(value) => void navigate({ search: value ? { model: value } : {} })}
    />
  )
}

function Nothing({ chosen }: { chosen: boolean }) {
  const { t } = useTranslation()
  return (
    <EmptyState
      icon={<MessageSquare size={26} strokeWidth={1.5} />}
      title={chosen ? t('playground.ask') : t('playground.none')}
      text={chosen ? t('playground.placeholder') : t('playground.noneText')}
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

/** The conversation; it keeps its end in sight while an answer is written. */
function Talk({ count, busy, children }: { count: number; busy: boolean; children: React.ReactNode }) {
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: 'nearest' })
  }, [count, busy])
  return (
    <div className={classes.talk}>
      {children}
      <div ref={end} />
    </div>
  )
}
