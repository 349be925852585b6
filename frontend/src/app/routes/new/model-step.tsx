import { Button, Skeleton, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { toldChoice } from '@/components/schema-form/words'
import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { ListSearch, MorePages } from '@/components/ui/searched-list'
import { recommendedQuery } from '@/features/hardware/api/hardware'
import { hubModelsQuery } from '@/features/hub/api/search'
import { type Model, modelQuery, modelsQuery } from '@/features/models/api/models'
import { useLibrary } from '@/features/models/api/use-library'
import { changeDraft, useDraft } from '@/features/tuning/api/draft'
import { OptionRow } from '@/features/tuning/components/option-row'
import { isOfLibrary } from '@/lib/api/library'
import { formatBytes, formatCompact } from '@/lib/format/format'
import { told } from '@/lib/i18n'

import classes from './new-page.module.css'

const TASK = 'text-generation'
const QUIET_MS = 400
const OWN_AT_ONCE = 8

/** Which model learns. */
export function ModelStep({ onNext }: { onNext: () => void }) {
  const { t } = useTranslation()
  const { model } = useDraft()
  const choose = (id: string) => changeDraft({ model: id })
  return (
    <div className={grid.stack}>
      <div className={grid.two}>
        <Recommended model={model} onChoose={choose} />
        <div className={grid.stack}>
          <Own model={model} onChoose={choose} />
          <Hub model={model} onChoose={choose} />
        </div>
      </div>
      <div className={classes.next}>
        <Button disabled={model === null} onClick={onNext}>
          {t('new.toSettings')}
        </Button>
      </div>
    </div>
  )
}

interface ChoiceProps {
  model: string | null
  onChoose: (id: string) => void
}

/** What the model is to do: as chosen, else as the rows ask for. */
function useTask(): string {
  const { chosen, suited } = useDraft()
  const { task } = { ...suited, ...chosen }
  return typeof task === 'string' ? task : TASK
}

/** A task in words; the hub knows some that the texts do not. */
function useTaskName(): (task: string) => string {
  const { i18n } = useTranslation()
  return (task) => toldChoice('task', task, i18n) ?? task
}

function Recommended({ model, onChoose }: ChoiceProps) {
  const { t, i18n } = useTranslation()
  const { data, error, isPending } = useQuery(recommendedQuery(useTask()))
  return (
    <Card flush title={t('new.recommended')}>
      {error ? <ProblemNotice error={error} /> : null}
      {isPending ? <Skeleton height={300} /> : null}
      {data?.map((one) => (
        <OptionRow
          key={one.id}
          name={one.id}
          words={told(`server.note.${one.note_code}`, i18n) ?? one.note}
          aside={
            <>
              <span>{t('models.parameters', { number: formatCompact(one.parameters) })}</span>
              <span>
                {t('new.memory', { memory: formatBytes(one.memory_bytes) })} · {one.license}
              </span>
            </>
          }
          chosen={model === one.id}
          onChoose={() => onChoose(one.id)}
        />
      ))}
    </Card>
  )
}

function Own({ model, onChoose }: ChoiceProps) {
  const { t } = useTranslation()
  const task = useTask()
  const taskName = useTaskName()
  const [all, setAll] = useState(false)
  const { items, ...library } = useLibrary(OWN_AT_ONCE, { task: all ? null : task })
  const { data: whole } = useQuery(modelsQuery(1))
  const chosen = useChosen(model, items)
  if (!whole || whole.total === 0) return null
  const others = all || library.isNarrowed ? 0 : whole.total - library.found - (chosen ? 1 : 0)
  return (
    <Card flush title={t('new.ownModels')}>
      <div className={classes.search}>
        <ListSearch pages={library} label={t('models.search')} nothing={t('models.notFound')} />
      </div>
      {[...(chosen ? [chosen] : []), ...items].map((one) => (
        <OptionRow
          key={one.id}
          name={one.name}
          words={t('model.from', { base: one.base_model })}
          aside={
            <>
              <span>{t(`model.kind.${one.kind}`)}</span>
              <span>{taskName(one.task)}</span>
            </>
          }
          chosen={model === one.id}
          onChoose={() => onChoose(one.id)}
        />
      ))}
      {others > 0 ? (
        <div className={classes.others}>
          <p className={classes.found}>{t('new.notOffered', { count: others, task: taskName(task) })}</p>
          <Button variant="subtle" size="compact-xs" onClick={() => setAll(true)}>
            {t('new.showAll')}
          </Button>
        </div>
      ) : null}
      <MorePages pages={library} />
    </Card>
  )
}

/** The model that is chosen, where it is one's own and not among those that are listed. */
function useChosen(model: string | null, listed: readonly Model[]): Model | undefined {
  const missing = model !== null && isOfLibrary(model) && listed.every(({ id }) => id !== model)
  const { data } = useQuery({ ...modelQuery(model ?? ''), enabled: missing })
  return missing ? data : undefined
}

function Hub({ model, onChoose }: ChoiceProps) {
  const { t } = useTranslation()
  const taskName = useTaskName()
  const [text, setText] = useState('')
  const [settled] = useDebouncedValue(text.trim(), QUIET_MS)
  const { data, error, isFetching } = useQuery({ ...hubModelsQuery(settled), enabled: settled.length > 1 })
  const isName = /^[^/\s]+\/[^/\s]+$/.test(settled)
  return (
    <Card flush title={t('new.hub')}>
      <div className={classes.search}>
        <TextInput
          aria-label={t('new.hubSearch')}
          placeholder={t('new.hubSearch')}
          leftSection={<Search size={14} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {error && !isFetching ? <ProblemNotice error={error} /> : null}
        <div role="status">
          {isFetching ? <p className={classes.found}>{t('new.hubSearching')}</p> : null}
          {data?.length === 0 ? <p className={classes.found}>{t('new.hubNothing')}</p> : null}
        </div>
      </div>
      {isName ? (
        <OptionRow
          name={settled}
          words={t('new.byName')}
          chosen={model === settled}
          onChoose={() => onChoose(settled)}
        />
      ) : null}
      {(data ?? [])
        .filter((one) => one.id !== settled)
        .map((one) => (
          <OptionRow
            key={one.id}
            name={one.id}
            words={one.gated ? t('new.gated') : one.task ? taskName(one.task) : ''}
            aside={
              one.downloads === null || one.downloads === undefined
                ? null
                : `${formatCompact(one.downloads)} ↓`
            }
            chosen={model === one.id}
            onChoose={() => onChoose(one.id)}
          />
        ))}
    </Card>
  )
}
