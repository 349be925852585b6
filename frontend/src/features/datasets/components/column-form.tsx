import { Select } from '@mantine/core'
import type { i18n } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { told } from '@/lib/i18n'

import type { Reading, Shape } from '../api/datasets'
import { EXPECTED, SHAPES } from '../api/shapes'
import classes from './column-mapping.module.css'

interface ColumnFormProps {
  /** The ways to read the columns that were found, the best one first. */
  readings: readonly Reading[]
  /** The columns that there are. */
  found: readonly string[]
  /** How they are read now, where that is settled. */
  now: Reading | null
  pending: boolean
  onRead: (reading: Reading) => void
}

/** Which shape the rows have, and which column is which of its own. */
export function ColumnForm({ readings, found, now, pending, onRead }: ColumnFormProps) {
  const { t, i18n } = useTranslation()
  const first = now ?? readings[0]
  const columns =
    found.length > 0 ? found : [...new Set(readings.flatMap((one) => Object.values(one.columns)))]
  const [shape, setShape] = useState<Shape>(first?.shape ?? 'input_output')
  const [chosen, setChosen] = useState<Record<string, string>>(first?.columns ?? {})
  const complete = EXPECTED[shape].every(({ name, required }) => !required || chosen[name])
  const pickShape = (next: Shape) => {
    setShape(next)
    setChosen(readings.find((one) => one.shape === next)?.columns ?? {})
  }
  const read = () => {
    const wanted = EXPECTED[shape].filter(({ name }) => chosen[name])
    onRead({ shape, columns: Object.fromEntries(wanted.map(({ name }) => [name, chosen[name] ?? name])) })
  }
  return (
    <>
      <p className={classes.words}>{t('data.mappingText', { columns: columns.join(', ') })}</p>
      <div className={classes.form}>
        <Select
          label={t('data.shapeLabel')}
          allowDeselect={false}
          value={shape}
          onChange={(value) => value && pickShape(value as Shape)}
          data={SHAPES.map((value) => ({ value, label: t(`data.shape.${value}`) }))}
        />
        {EXPECTED[shape].map(({ name, required }) => (
          <Select
            key={name}
            label={labelOf(name, i18n)}
            description={required ? undefined : t('data.optional')}
            placeholder={t('data.pickColumn')}
            clearable={!required}
            value={chosen[name] ?? null}
            onChange={(value) => setChosen((before) => ({ ...before, [name]: value ?? '' }))}
            data={[...columns]}
          />
        ))}
      </div>
      <BusyButton disabled={!complete} pending={pending} onClick={read}>
        {t('data.readThus')}
      </BusyButton>
    </>
  )
}

/** What a column holds and what it is called, said once where that is the same word. */
function labelOf(name: string, texts: i18n): string {
  const words = told(`data.column.${name}`, texts) ?? name
  return words.toLowerCase() === name ? words : texts.t('data.columnCalled', { words, name })
}
