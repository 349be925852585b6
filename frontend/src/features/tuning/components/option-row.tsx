import { UnstyledButton } from '@mantine/core'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

import classes from './option-row.module.css'

interface OptionRowProps {
  name: string
  words?: ReactNode
  aside?: ReactNode
  chosen: boolean
  onChoose: () => void
}

/** One of several to choose from. */
export function OptionRow({ name, words, aside, chosen, onChoose }: OptionRowProps) {
  return (
    <UnstyledButton className={classes.option} aria-pressed={chosen} onClick={onChoose}>
      <span className={classes.tick} aria-hidden>
        {chosen ? <Check size={13} strokeWidth={3} /> : null}
      </span>
      <span className={classes.text}>
        <span className={classes.name}>{name}</span>
        {words ? <span className={classes.words}>{words}</span> : null}
      </span>
      {aside ? <span className={`${classes.aside} numbers`}>{aside}</span> : null}
    </UnstyledButton>
  )
}
