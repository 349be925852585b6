/** One line of a chart. `color` names a variable of the style sheet. */
export interface Line {
  label: string
  steps: readonly number[]
  values: readonly number[]
  color: string
  width: number
  /** Few points, each of them shown. */
  points: boolean
  /** In the background of another one. */
  faint: boolean
}

export function line(
  label: string,
  steps: readonly number[],
  values: readonly number[],
  color: string,
): Line {
  return { label, steps, values, color, width: 1.75, points: false, faint: false }
}
