import { Skeleton } from '@mantine/core'
import type { TFunction } from 'i18next'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatMeasure, formatNumber } from '@/lib/format/format'

import classes from './chart.module.css'
import { ends, type Line, pointUnder } from './lines'

const Plot = lazy(async () => ({ default: (await import('./plot')).Plot }))

interface ChartProps {
  title: string
  lines: Line[]
  version: number | string
  height?: number
  log?: boolean
  /** Ticks at powers of two: bytes. */
  binary?: boolean
  format?: (value: number, digits?: number) => string
}

/** Lines over the steps, with their values under the cursor or, without one, their last ones. */
export function Chart({
  title,
  lines,
  version,
  height = 150,
  log = false,
  binary = false,
  format = formatMeasure,
}: ChartProps) {
  const { t } = useTranslation()
  const [cursor, setCursor] = useState<number | null>(null)
  const shown = lines.filter((line) => line.values.length > 0)
  if (shown.length === 0) {
    return (
      <figure className={classes.chart}>
        <figcaption className={classes.head}>{title}</figcaption>
        <p className={classes.nothing} style={{ height }}>
          {t('chart.nothing')}
        </p>
      </figure>
    )
  }
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.head}>
        <span className={classes.title}>{title}</span>
        <span className={`${classes.legend} numbers`}>
          {cursor === null ? null : (
            <span className={classes.step}>{t('chart.step', { step: formatNumber(cursor) })}</span>
          )}
          {foreground(shown).map((line) => (
            <span key={line.id} className={classes.entry}>
              {shown.length > 1 ? (
                <>
                  <Swatch line={line} />
                  {line.label}{' '}
                </>
              ) : null}
              <Value line={line} cursor={cursor} format={format} />
            </span>
          ))}
        </span>
      </figcaption>
      <Suspense fallback={<Skeleton height={height} />}>
        <Plot
          title={title}
          summary={summary(title, shown, format)}
          reading={reading(shown, cursor ?? ends(shown)[1], format, t)}
          cursor={cursor}
          lines={shown}
          height={height}
          log={log}
          binary={binary}
          format={format}
          version={version}
          onCursor={setCursor}
        />
      </Suspense>
    </figure>
  )
}

/** What a line looks like. */
function Swatch({ line: { color, dash } }: { line: Line }) {
  if (dash.length === 0) return <i className={classes.dot} style={{ background: `var(${color})` }} />
  return (
    <svg className={classes.dash} width="22" height="8" aria-hidden>
      <line
        x1="0"
        x2="22"
        y1="4"
        y2="4"
        stroke={`var(${color})`}
        strokeWidth="2"
        strokeDasharray={dash.join(' ')}
      />
    </svg>
  )
}

interface ValueProps {
  line: Line
  /** The step under the cursor, if there is one. */
  cursor: number | null
  format: Format
}

/** A line's last value, or what it had last measured at the cursor, with the step where that was another one. */
function Value({ line, cursor, format }: ValueProps) {
  const { t } = useTranslation()
  const point = pointUnder(line, cursor ?? Infinity)
  if (point === null) return <b>–</b>
  return (
    <>
      <b>{format(point.value)}</b>
      {point.raw === null ? null : <span className={classes.step}> {rawWords(point.raw, format, t)}</span>}
      {cursor === null || point.step === cursor ? null : (
        <span className={classes.step}> {t('chart.atStep', { step: formatNumber(point.step) })}</span>
      )}
    </>
  )
}

type Format = (value: number) => string

function rawWords(raw: number, format: Format, t: TFunction): string {
  return t('chart.raw', { value: format(raw) })
}

/** The lines that have a word of their own: not the background of another one. */
function foreground(lines: Line[]): Line[] {
  return lines.filter((line) => !line.faint || lines.length === 1)
}

/** What a screen reader hears of a chart. */
function summary(title: string, lines: Line[], format: Format): string {
  const parts = foreground(lines).map(
    ({ label, values }) => `${label}: ${format(values[0] ?? 0)} → ${format(values[values.length - 1] ?? 0)}`,
  )
  return `${title}. ${parts.join('; ')}`
}

/** What a screen reader hears of the values at a step: the legend in one line. */
function reading(lines: Line[], step: number, format: Format, t: TFunction): string {
  const parts = foreground(lines).map((line) => {
    const point = pointUnder(line, step)
    if (point === null) return `${line.label} –`
    const elsewhere = point.step === step ? '' : ` ${t('chart.atStep', { step: formatNumber(point.step) })}`
    const raw = point.raw === null ? '' : ` ${rawWords(point.raw, format, t)}`
    return `${line.label} ${format(point.value)}${raw}${elsewhere}`
  })
  return `${t('chart.step', { step: formatNumber(step) })}: ${parts.join('; ')}`
}
