import type { ReactNode } from 'react'

import classes from './facts.module.css'

export type Fact = [name: string, value: ReactNode]

/** Names with their values, as a description list. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value], index) => (
        <div key={index} className={classes.fact}>
          <dt>{name}</dt>
          <dd className="numbers">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
