import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Report } from '../api/run-events'
import { Answer } from './answer'
import classes from './report-examples.module.css'

type Example = NonNullable<Report['examples']>[number]

const FIRST = 4

/** Held-out rows with both answers side by side. All of it is text. */
export function Examples({ examples }: { examples: readonly Example[] }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const shown = all ? examples : examples.slice(0, FIRST)
  return (
    <>
      {shown.map((example, index) => (
        <div key={index} className={classes.example}>
          <p className={classes.prompt}>{example.prompt}</p>
          <div className={classes.answers}>
            <Answer name={t('report.expected')} text={example.expected} />
            <Answer name={t('report.base')} text={example.base} expected={example.expected} />
            <Answer name={t('report.tuned')} text={example.tuned} expected={example.expected} />
          </div>
        </div>
      ))}
      {examples.length > FIRST ? (
        <div className={classes.more}>
          <Button variant="subtle" size="xs" onClick={() => setAll(!all)}>
            {all ? t('report.fewer') : t('report.all', { count: examples.length })}
          </Button>
        </div>
      ) : null}
    </>
  )
}
