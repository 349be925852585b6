import type { Run } from './runs'

/** Whether a run waits for an earlier stage of its recipe, and not for a free place. */
export function waitsForStage(run: Run): boolean {
  return run.status === 'queued' && run.reason === 'earlier_stage'
}

/** The waiting runs with each recipe once: the stages behind the first waiting one go where it goes. */
export function queueEntries(runs: Run[]): Run[] {
  return runs.filter(({ stage }) => !stage || !runs.some((other) => isBefore(other.stage, stage)))
}

function isBefore(other: Run['stage'], stage: NonNullable<Run['stage']>): boolean {
  return other != null && other.runs[0] === stage.runs[0] && other.number < stage.number
}
