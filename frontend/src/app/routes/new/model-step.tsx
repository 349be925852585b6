import { Button, Skeleton, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { ListSearch, MorePages } from '@/components/ui/searched-list'
import { recommendedQuery } from '@/features/hardware/api/hardware'
import { hubModelsQuery } from '@/features/hub/api/search'
import { useLibrary } from '@/features/models/api/use-library'
import { changeDraft, useDraft } from '@/features/tuning/api/draft'
import { OptionRow } from '@/features/tuning/components/option-row'
import { formatBytes, formatCompact } from '@/lib/format/format'

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

function Recommended({ model, onChoose }: ChoiceProps) {
  const { t } = useTranslation()
  const { chosen, suited } = useDraft()
  const { task } = { ...suited, ...chosen }
  const { data, error, isPending } = useQuery(recommendedQuery(typeof task === 'string' ? task : TASK))
  return (
    <Card flush title={t('new.recommended')}>
      {error ? <ProblemNotice error={error} /> : null}
      {isPending ? <Skeleton height={300} /> : null}
      {data?.map((one) => (
        <OptionRow
          key={one.id}
          name={one.id}
          words={one.note}
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
  const { items, ...library } = useLibrary(OWN_AT_ONCE)
  if (library.isEmpty) return null
  return (
    <Card flush title={t('new.ownModels')}>
      <div className={classes.search}>
        <ListSearch pages={library} label={t('models.search')} nothing={t('models.notFound')} />
      </div>
      {items.map((one) => (
        <OptionRow
          key={one.id}
          name={one.name}
          words={t('model.from', { base: one.base_model })}
          aside={t(`model.kind.${one.kind}`)}
          chosen={model === one.id}
          onChoose={() => onChoose(one.id)}
        />
      ))}
      <MorePages pages={library} />
    </Card>
  )
}

function Hub({ model, onChoose }: ChoiceProps) {
  const { t } = useTranslation()
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
        {isFetching ? <p className={classes.found}>{t('new.hubSearching')}</p> : null}
        {data?.length === 0 ? <p className={classes.found}>{t('new.hubNothing')}</p> : null}
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
            words={one.gated ? t('new.gated') : (one.task ?? '')}
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
