import { isTold, type RunEvent, type RunHistory } from './run-events'
import { addPoint, type SeriesByName } from './series'
import { thin } from './thinning'

/** Points of one series above which it is thinned: more than any screen has columns. */
export const MOST_POINTS = 6_000
const STRETCHES = 1_500

/** What is known of a run: its history, and then each event once, however often it is heard. */
export class LiveRun {
  readonly series: SeriesByName = {}
  /** What was told one by one, in order; another array whenever there is news. */
  told: readonly RunEvent[]
  /** The number of the last event that is known; a stream goes on behind it. */
  last: number

  constructor({ series, told, lastSeq }: RunHistory) {
    for (const [name, one] of Object.entries(series)) {
      this.series[name] = { steps: [...one.steps], values: [...one.values] }
    }
    this.told = told
    this.last = lastSeq
  }

  take(event: RunEvent): void {
    const { seq, kind, data } = event
    if (seq <= this.last) return
    this.last = seq
    if (kind === 'progress' || kind === 'evaluation') this.#measure(kind, data)
    // The events that are told were read after the curves, and may be ahead of them.
    if (isTold(kind) && seq > (this.told[this.told.length - 1]?.seq ?? 0)) this.told = [...this.told, event]
  }

  #measure(kind: string, data: RunEvent['data']): void {
    addPoint(this.series, kind, data)
    for (const [name, one] of Object.entries(this.series)) {
      if (one.steps.length > MOST_POINTS) this.series[name] = thin(one, STRETCHES)
    }
  }
}
