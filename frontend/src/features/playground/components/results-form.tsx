import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { ToolCall } from '../api/tools'
import { type Exchange, openCalls } from '../api/use-conversation'
import classes from './calls-view.module.css'

interface GiveProps {
  disabled: boolean
  onGive: (results: string[]) => void
}

/** The functions that the last answer called, if any, wait for their results. */
export function OpenCalls({ exchanges, ...give }: GiveProps & { exchanges: Exchange[] }) {
  const calls = openCalls(exchanges)
  return calls.length > 0 ? <ResultsForm key={exchanges.at(-1)?.id} calls={calls} {...give} /> : null
}

/** Where the results of the functions that were called last are written. */
function ResultsForm({ calls, disabled, onGive }: GiveProps & { calls: ToolCall[] }) {
  const { t } = useTranslation()
  const [results, setResults] = useState<string[]>(() => calls.map(() => ''))
  return (
    <form
      className={classes.calls}
      onSubmit={(event) => {
        event.preventDefault()
        if (!disabled) onGive(results)
      }}
    >
      {calls.map(({ function: called }, index) => (
        <Textarea
          key={index}
          autosize
          minRows={1}
          maxRows={8}
          label={t('playground.tools.result', { name: called.name })}
          value={results[index]}
          onChange={(event) => {
            const { value } = event.currentTarget
            setResults((now) => now.map((one, place) => (place === index ? value : one)))
          }}
        />
      ))}
      <Button type="submit" variant="default" justify="center" disabled={disabled}>
        {t('playground.tools.give')}
      </Button>
    </form>
  )
}
