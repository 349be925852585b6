import { Link } from '@tanstack/react-router'

import type { Run } from '../api/runs'
import classes from './stage-list.module.css'

type Stage = NonNullable<Run['stage']>

/** The stages of a recipe in order, each a run; this run's own is no link. */
export function StageList({ stage }: { stage: Stage }) {
  return (
    <ol className={classes.stages}>
      {stage.runs.map((id, index) => {
        const words = `${index + 1} ${stage.names[index] ?? ''}`
        return (
          <li key={id}>
            {index + 1 === stage.number ? (
              <strong aria-current="step">{words}</strong>
            ) : (
              <Link to="/runs/$runId" params={{ runId: id }}>
                {words}
              </Link>
            )}
          </li>
        )
      })}
    </ol>
  )
}
