import { Textarea } from '@mantine/core'
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
  texts: Partial<Record<Field, string>>
  busy: boolean
  onType: (field: Field, text: string) => void
  onAsk: (input: Input) => void
}

/** Where a model that reads is given its text. */
export function ReadingForm({ mode, texts, busy, onType, onAsk }: ReadingFormProps) {
  const { t } = useTranslation()
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
          onChange={(event) => onType(field, event.currentTarget.value)}
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
