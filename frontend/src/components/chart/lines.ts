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
}

export function line(
  label: string,
  steps: readonly number[],
  values: readonly number[],
  color: string,
): Line {
  const plain = { width: 1.75, points: false, faint: false, dash: [] }
  return { id: label, label, steps, values, color, ...plain }
}

/** The line's last point at or before `step`; `null` where it has none yet. Steps ascend. */
export function pointUnder({ steps, values }: Line, step: number): { step: number; value: number } | null {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle] ?? 0) <= step) low = middle + 1
    else high = middle
  }
  const found = steps[low - 1]
  const value = values[low - 1]
  return found === undefined || value === undefined ? null : { step: found, value }
}

/** The first and the last step of all lines. */
export function ends(lines: readonly Line[]): [number, number] {
  const firsts = lines.flatMap(({ steps }) => steps.slice(0, 1))
  const lasts = lines.flatMap(({ steps }) => steps.slice(-1))
  return [Math.min(...firsts), Math.max(...lasts)]
}
