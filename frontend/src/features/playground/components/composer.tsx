import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import classes from './composer.module.css'

interface ComposerProps {
  busy: boolean
  disabled: boolean
  placeholder: string
  onSend: (text: string) => void
  onStop: () => void
}

/** Where a question is written. */
export function Composer({ busy, disabled, placeholder, onSend, onStop }: ComposerProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const send = () => {
    if (!text.trim() || busy || disabled) return
    onSend(text)
    setText('')
  }
  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <Textarea
        className={classes.input}
        autosize
        minRows={1}
        maxRows={8}
        aria-label={t('playground.ask')}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault()
            send()
          }
        }}
      />
      {busy ? (
        <Button variant="default" onClick={onStop}>
          {t('playground.stop')}
        </Button>
      ) : (
        <Button type="submit" disabled={disabled || !text.trim()}>
          {t('playground.send')}
        </Button>
      )}
    </form>
  )
}
