import { useMergedRef, useResizeObserver } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { Card } from '@/components/ui/card'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { saveFile } from '@/lib/format/save-file'

import { logQuery } from '../api/run-events'
import { isActive, type Run } from '../api/runs'
import classes from './log-tail.module.css'

const LINES = 400
/** As many as the server gives out. */
const SAVED_LINES = 5_000
const NEAR = 40

/** The end of the worker's log; it follows as long as one looks at its end. */
export function LogTail({ run }: { run: Run }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(logQuery(run.id, LINES, isActive(run)))
  const box = useRef<HTMLPreElement>(null)
  const [measured, { width }] = useResizeObserver<HTMLPreElement>()
  const ref = useMergedRef(box, measured)
  const follows = useRef(true)
  useEffect(() => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [data, width]) // other line breaks are another height
  if (error && !data) return <ProblemNotice error={error} />
  return (
    <Card
      title={t('log.title')}
      aside={
        <>
          {data?.truncated ? t('log.truncated', { count: LINES }) : null}
          <SaveLog run={run} />
        </>
      }
    >
      {data && data.lines.length === 0 ? <p>{t('log.nothing')}</p> : null}
      <pre
        ref={ref}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
        tabIndex={0}
        role="group"
        aria-label={t('log.title')}
        className={classes.log}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
          follows.current = scrollHeight - scrollTop - clientHeight < NEAR
        }}
      >
        {data?.lines.join('\n')}
      </pre>
    </Card>
  )
}

/** The end of the log as a file: all of it, unless it is very long. */
function SaveLog({ run }: { run: Run }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const save = useMutation({
    mutationFn: () => queries.fetchQuery(logQuery(run.id, SAVED_LINES, false)),
    onSuccess: ({ lines }) => saveFile(`${run.id}.log`, `${lines.join('\n')}\n`),
  })
  return (
    <>
      <BusyButton size="compact-xs" variant="subtle" pending={save.isPending} onClick={() => save.mutate()}>
        {t('log.save', { count: SAVED_LINES })}
      </BusyButton>
      {save.error ? <ProblemNotice error={save.error} /> : null}
    </>
  )
}
