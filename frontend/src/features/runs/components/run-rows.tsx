import { Link } from '@tanstack/react-router'

import { Ago } from '@/components/ui/ago'
import rows from '@/components/ui/rows.module.css'
import { Verdict } from '@/components/ui/verdict'
import { useErrorWords } from '@/lib/i18n/error-words'
import { headline } from '@/lib/report/headline'

import { isActive, type Run } from '../api/runs'
import { MadeOf } from './made-of'
import { ProgressLine } from './progress-line'
import { RunStatusTag } from './run-status'

/** Runs as a short list: what, from what, how far, how it ended. */
export function RunRows({ runs }: { runs: Run[] }) {
  return (
    <ul className={rows.rows}>
      {runs.map((run) => (
        <li key={run.id} className={rows.row}>
          <div className={rows.head}>
            <Link to="/runs/$runId" params={{ runId: run.id }} className={rows.name}>
              {run.name}
            </Link>
            <RunStatusTag run={run} />
          </div>
          <RunWords run={run} />
          {isActive(run) ? <ProgressLine run={run} /> : null}
        </li>
      ))}
    </ul>
  )
}

function RunWords({ run }: { run: Run }) {
  const words = useErrorWords()
  const found = headline(run.report)
  return (
    <p className={rows.words}>
      <MadeOf run={run} />
      <Ago when={run.created_at} />
      {found ? <Verdict headline={found} /> : null}
      {run.error ? <span className={rows.bad}>{words(run.error).message}</span> : null}
    </p>
  )
}
