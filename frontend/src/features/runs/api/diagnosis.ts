import type { Run } from './runs'
import { type Series, type SeriesByName, smoothed } from './series'

/** What a curve shows that a person should know; the words for each stand in the texts. */
export type Finding =
  | 'notFinite'
  | 'diverged'
  | 'flat'
  | 'overfitting'
  | 'heldOutRisen'
  | 'spikes'
  | 'memorised'
  | 'falling'
  | 'early'
  | 'rising'
  | 'notRising'

const ENOUGH = 12
const WINDOW = 0.25
const SMOOTHING = 0.8
const ALMOST_NOTHING = 0.01
/** A held-out loss this far above its best, as a share and as a number, does more than waver with the order of rows. */
const RISEN = { share: 1.2, by: 0.05 }

/** What is said of a run only as long as nothing has gone wrong. */
const PROMISING: readonly Finding[] = ['falling', 'rising', 'early']

/**
 * Rules of thumb, the gravest first; `totalSteps` says how much of the run has been seen. A loss that is no number ends
 * the run before it is measured, so it is known by the run's error; and no run that has failed is said to do well.
 */
export function diagnose(series: SeriesByName, totalSteps: number | null, error: Run['error']): Finding[] {
  if (error?.type === 'DivergenceError') return ['notFinite']
  const found = read(series, totalSteps)
  return error ? found.filter((finding) => !PROMISING.includes(finding)) : found
}

function read(series: SeriesByName, totalSteps: number | null): Finding[] {
  const loss = series['loss']
  if (!loss || loss.values.length === 0) return []
  if (loss.values.length < ENOUGH) return ['early']
  // A reward says how it goes; the height of the loss under it says nothing.
  const aim = series['reward'] ?? series['reward_margin']
  if (aim) return spikes(series['grad_norm']) ? ['spikes'] : [towards(aim)]
  return judge(series, loss, totalSteps)
}

function judge(series: SeriesByName, loss: Series, totalSteps: number | null): Finding[] {
  const curve = smoothed(loss.values, SMOOTHING)
  const grave: Finding[] = []
  if (diverges(loss.values)) grave.push('diverged')
  const evaluation = series['evaluation_loss']
  if (overfits(evaluation, loss.steps, curve)) grave.push('overfitting')
  else if (hasRisen(evaluation)) grave.push('heldOutRisen')
  const known = middle(tail(loss.values)) < ALMOST_NOTHING
  // Where nearly all rows are known the gradients are next to nothing, and any row that is not stands out.
  if (!known && spikes(series['grad_norm'])) grave.push('spikes')
  if (grave.length > 0) return grave
  return [known ? 'memorised' : course(curve, seenShare(loss, totalSteps))]
}

/** Where a curve without a fault is heading. */
function course(curve: readonly number[], seen: number): Finding {
  const first = at(curve, 2)
  const last = at(curve, -1)
  if (seen > 0.2 && Math.abs(first - last) < Math.abs(first) * 0.02) return 'flat'
  return last < first ? 'falling' : 'early'
}

/** Whether what is aimed at has grown, by more than it jumps about. */
function towards(aim: Series): Finding {
  if (aim.values.length < ENOUGH) return 'early'
  const quarter = Math.ceil(aim.values.length * WINDOW)
  const first = aim.values.slice(0, quarter)
  const last = aim.values.slice(-quarter)
  return mean(last) - mean(first) > spread(first) / Math.sqrt(quarter) ? 'rising' : 'notRising'
}

function spread(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

function seenShare(loss: Series, totalSteps: number | null): number {
  return totalSteps ? at(loss.steps, -1) / totalSteps : 1
}

/**
 * It has risen far above its lowest level and stays up there, so that more than half of what had been gained is lost
 * again. Levels of quarters are compared: a loss of almost nothing that jumps for some steps is not running away.
 */
function diverges(values: readonly number[]): boolean {
  const size = tail(values).length
  const levels: number[] = []
  for (let end = values.length; end > size / 2; end -= size) {
    levels.unshift(middle(values.slice(Math.max(0, end - size), end)))
  }
  const last = at(levels, -1)
  const lowest = least(levels)
  const gained = Math.max(0, at(levels, 0) - lowest)
  return last > lowest * 1.5 && last > lowest + Math.max(0.2, gained / 2)
}

/** `Math.min` takes its numbers as arguments, and breaks where they are more than a hundred thousand. */
function least(values: readonly number[]): number {
  return values.reduce((lowest, value) => Math.min(lowest, value), Infinity)
}

function at(values: readonly number[], index: number): number {
  return values.at(index) ?? values.at(-1) ?? 0
}

/** The step at which the held-out loss was lowest; 0 where it was not measured. */
export function bestStep(evaluation: Series | undefined): number {
  return evaluation?.steps[evaluation.values.indexOf(least(evaluation.values))] ?? 0
}

/** The held-out loss stands well above its best, whatever the training loss does. */
function hasRisen(evaluation: Series | undefined): boolean {
  if (!evaluation) return false
  const best = least(evaluation.values)
  const last = at(evaluation.values, -1)
  return last > best * RISEN.share && last > best + RISEN.by
}

/** The held-out loss has turned and rises, while the training loss has gone on falling since. */
function overfits(
  evaluation: Series | undefined,
  steps: readonly number[],
  curve: readonly number[],
): boolean {
  if (!evaluation || evaluation.values.length < 3) return false
  const { values } = evaluation
  const best = least(values)
  const rises =
    at(values, -1) > Math.max(best * 1.1, best + RISEN.by) &&
    at(values, -1) >= at(values, -2) &&
    at(values, -2) > best
  const then = steps.findIndex((step) => step >= bestStep(evaluation))
  return rises && then >= 0 && at(curve, -1) < at(curve, then) * 0.9
}

/** Gradients that are many times longer than usual, by the whole run and by its beginning, and not just once. */
function spikes(norms: Series | undefined): boolean {
  if (!norms || norms.values.length < ENOUGH) return false
  const { values } = norms
  const usual = Math.max(middle(values), middle(values.slice(0, ENOUGH)))
  return tail(values).filter((value) => value > usual * 10).length >= 2
}

/** The median, on which single steps have no hold. */
function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function tail(values: readonly number[]): readonly number[] {
  return values.slice(-Math.max(2, Math.ceil(values.length * WINDOW)))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
