import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import classes from './row-choice.module.css'

/** Which row is looked at first: read once it is written out, since the server prepares it then. */
export function RowChoice({ row, onChoose }: { row: number; onChoose: (row: number) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState<string | null>(null)
  const wanted = Number(typed ?? row)
  const isRow = Number.isInteger(wanted) && wanted >= 1
  return (
    <form
      className={classes.choice}
      onSubmit={(event) => {
        event.preventDefault()
        if (!isRow) return
        setTyped(null)
        onChoose(wanted)
      }}
    >
      <TextInput
        size="xs"
        className={classes.number}
        type="number"
        min={1}
        step={1}
        aria-label={t('check.rowNumber')}
        error={!isRow}
        value={typed ?? String(row)}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default" disabled={!isRow}>
        {t('check.show')}
      </Button>
    </form>
  )
}
