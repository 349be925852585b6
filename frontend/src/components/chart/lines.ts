/** One line of a chart. `color` names a variable of the style sheet. */
export interface Line {
  /** Tells it from the others; labels may be equal. */
  id: string
  label: string
  steps: readonly number[]
  values: readonly number[]
  color: string
  width: number
  /** Few points, each of them shown. */
  points: boolean
  /** In the background of another one. */
  faint: boolean
  /** Pixels drawn and left out in turns; nothing for a line drawn through. */
  dash: readonly number[]
  /** What was measured, where `values` are smoothed: told beside them. */
  raw: readonly number[] | null
}

export function line(
  label: string,
  steps: readonly number[],
  values: readonly number[],
  color: string,
): Line {
  const plain = { width: 1.75, points: false, faint: false, dash: [], raw: null }
  return { id: label, label, steps, values, color, ...plain }
}

export interface Point {
  step: number
  value: number
  /** What was measured there, where the value is smoothed. */
  raw: number | null
}

/** The line's last point at or before `step`; `null` where it has none yet. Steps ascend. */
export function pointUnder({ steps, values, raw }: Line, step: number): Point | null {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle] ?? 0) <= step) low = middle + 1
    else high = middle
  }
  const found = steps[low - 1]
  const value = values[low - 1]
  return found === undefined || value === undefined
    ? null
    : { step: found, value, raw: raw?.[low - 1] ?? null }
}

/** The first and the last step of all lines. */
export function ends(lines: readonly Line[]): [number, number] {
  const firsts = lines.flatMap(({ steps }) => steps.slice(0, 1))
  const lasts = lines.flatMap(({ steps }) => steps.slice(-1))
  return [Math.min(...firsts), Math.max(...lasts)]
}
