import { formatNumber } from '@/lib/format/format'

import classes from './histogram.module.css'

interface HistogramProps {
  /** (upper bound, rows), in order. */
  bins: readonly (readonly [number, number])[]
  /** The smallest value: the bins say only where each ends. */
  minimum: number
  label: string
  unit: string
  /** Values above this are marked: they are cut. */
  limit?: number
}

/** Bars over a range, drawn by the style sheet; a screen reader hears the summary. */
export function Histogram({ bins, minimum, label, unit, limit }: HistogramProps) {
  const most = Math.max(1, ...bins.map(([, rows]) => rows))
  const last = bins[bins.length - 1]?.[0] ?? 0
  return (
    <figure className={classes.figure}>
      <div className={classes.bars} role="img" aria-label={label}>
        {bins.map(([bound, rows]) => (
          <div
            key={bound}
            className={classes.bar}
            data-cut={limit !== undefined && bound > limit}
            style={{ height: `${rows === 0 ? 0 : Math.max(2, (rows / most) * 100)}%` }}
            title={`≤ ${formatNumber(bound)} ${unit}: ${formatNumber(rows)}`}
          />
        ))}
      </div>
      <figcaption className={`${classes.axis} numbers`}>
        <span>{formatNumber(minimum)}</span>
        <span>{unit}</span>
        <span>{formatNumber(last)}</span>
      </figcaption>
    </figure>
  )
}
