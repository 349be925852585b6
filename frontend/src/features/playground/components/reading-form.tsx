import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'

import type { Input, ReadingMode } from '../api/predict'
import classes from './reading-form.module.css'

type Field = keyof Input
interface Ask {
  field: Field
  name: 'toClassify' | 'pair' | 'context' | 'question'
  rows: number
  optional?: true
}

/** What each kind of model is given. */
const FIELDS: Record<ReadingMode, Ask[]> = {
  labels: [
    { field: 'text', name: 'toClassify', rows: 4 },
    { field: 'pair', name: 'pair', rows: 1, optional: true },
  ],
  span: [
    { field: 'context', name: 'context', rows: 6 },
    { field: 'text', name: 'question', rows: 1 },
  ],
}

interface ReadingFormProps {
  mode: ReadingMode
  busy: boolean
  onAsk: (input: Input) => void
}

/** Where a model that reads is given its text. */
export function ReadingForm({ mode, busy, onAsk }: ReadingFormProps) {
  const { t } = useTranslation()
  const [texts, setTexts] = useState<Partial<Record<Field, string>>>({})
  const missing = FIELDS[mode].some(({ field, optional }) => !optional && !texts[field]?.trim())
  const send = () => {
    if (missing || busy) return
    const { text = '', ...more } = texts
    onAsk({ text, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value.trim())) })
  }
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {FIELDS[mode].map(({ field, name, rows, optional }) => (
        <Textarea
          key={field}
          autosize
          minRows={rows}
          maxRows={14}
          label={t(`playground.reading.${name}`)}
          description={optional ? t('playground.reading.pairHelp') : undefined}
          value={texts[field] ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget
            setTexts((now) => ({ ...now, [field]: value }))
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault()
              send()
            }
          }}
        />
      ))}
      <p className={classes.how}>{t('playground.reading.howTo')}</p>
      <BusyButton type="submit" className={classes.send} pending={busy} disabled={missing}>
        {t(`playground.reading.send.${mode}`)}
      </BusyButton>
    </form>
  )
}
