import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'

import type { Exchange } from '../api/use-conversation'
import { ExchangeView } from './exchange-view'
import classes from './talk.module.css'

/** Pixels below the window within which the end counts as looked at: a line or two that were written since. */
const NEAR = 120

interface TalkProps {
  exchanges: Exchange[]
  busy: boolean
  /** Nothing can be asked. */
  disabled?: boolean
  /** Asks the last question once more. */
  onAgain: () => void
  /** What stands where nothing has been asked yet. */
  children: ReactNode
}

/** The conversation; it follows an answer that is being written, unless one has scrolled away from its end. */
export function Talk({ exchanges, busy, disabled = false, onAgain, children }: TalkProps) {
  const { t } = useTranslation()
  const end = useRef<HTMLDivElement>(null)
  const count = exchanges.length
  const written = exchanges.reduce((sum, exchange) => sum + lengthOf(exchange), 0)
  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: 'nearest' })
  }, [count])
  useEffect(() => {
    const isNear = (end.current?.getBoundingClientRect().top ?? 0) < window.innerHeight + NEAR
    if (written > 0 && isNear) end.current?.scrollIntoView({ block: 'nearest' })
  }, [written])
  return (
    <div className={classes.talk}>
      {count === 0
        ? children
        : exchanges.map((exchange) => <ExchangeView key={exchange.id} exchange={exchange} />)}
      {count > 0 && !disabled ? (
        <BusyButton
          className={classes.again ?? ''}
          size="compact-xs"
          variant="subtle"
          pending={busy}
          onClick={onAgain}
        >
          {t('playground.again')}
        </BusyButton>
      ) : null}
      <div ref={end} />
    </div>
  )
}

/** Grows with everything that is seen of an exchange: its texts, and the line below them when they have ended. */
function lengthOf({ answers }: Exchange): number {
  const parts = Object.values(answers).map(({ text, phase }) => text.length + (phase === 'done' ? 1 : 0))
  return parts.reduce((sum, part) => sum + part, 0)
}
