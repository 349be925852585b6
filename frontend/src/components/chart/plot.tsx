import 'uplot/dist/uPlot.min.css'

import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'

import { formatNumber } from '@/lib/format/format'

import classes from './chart.module.css'
import type { Line } from './lines'

interface PlotProps {
  lines: Line[]
  height: number
  log: boolean
  /** Ticks at powers of two: bytes. */
  binary: boolean
  format: (value: number, digits?: number) => string
  /** Changes whenever the lines' points have. */
  version: number | string
  onCursor: (step: number | null) => void
}

const LETTER_PX = 6.4
const AXIS_GAP_PX = 12
const BINARY = Array.from({ length: 50 }, (_, power) => 2 ** power)
const FONT = '11px "Inter Variable", system-ui, sans-serif'

/** One uPlot for as long as its lines are the same; new points are handed over, not drawn anew from nothing. */
export function Plot({ lines, height, log, binary, format, version, onCursor }: PlotProps) {
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef({ lines, format, onCursor })
  const scheme = useComputedColorScheme()
  const shape = lines.map((line) => `${line.id}|${line.color}|${line.width}|${line.points}`).join()

  useEffect(() => {
    latest.current = { lines, format, onCursor }
  })

  useEffect(() => {
    const element = holder.current
    if (element === null) return
    const made = new uPlot(
      options(
        {
          ...latest.current,
          height,
          log,
          binary,
          onCursor: (step) => latest.current.onCursor(step),
        },
        element,
      ),
      aligned(latest.current.lines),
      element,
    )
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [shape, height, log, binary, scheme])

  useEffect(() => {
    plot.current?.setData(aligned(latest.current.lines))
  }, [version, shape])

  return <div ref={holder} className={classes.plot} style={{ height }} />
}

/** Pixels that an axis needs for its labels; before there are any, a guess. */
function axisWidth(labels: string[] | null): number {
  const longest = Math.max(2, ...(labels ?? []).map((label) => label.length))
  return Math.ceil(longest * LETTER_PX) + AXIS_GAP_PX
}

/** All lines over one axis of steps; where a line has no point, it has none. */
function aligned(lines: Line[]): uPlot.AlignedData {
  const shared = lines[0]?.steps
  if (lines.every((line) => line.steps === shared)) {
    return [shared ?? [], ...lines.map((line) => line.values)] as uPlot.AlignedData
  }
  return uPlot.join(lines.map((line) => [line.steps, line.values] as unknown as uPlot.AlignedData))
}

function options(
  { lines, height, log, binary, format, onCursor }: Omit<PlotProps, 'version'>,
  element: HTMLElement,
): uPlot.Options {
  const style = getComputedStyle(element)
  const color = (name: string) => style.getPropertyValue(name).trim()
  const axis: uPlot.Axis = {
    stroke: color('--mantine-color-dimmed'),
    font: FONT,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
    border: { show: false },
  }
  return {
    width: element.clientWidth,
    height,
    padding: [10, 22, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false } },
    scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        values: (_, ticks) => ticks.map((tick) => formatNumber(tick)),
      },
      {
        ...axis,
        size: (_, labels) => axisWidth(labels),
        ...(binary ? { incrs: BINARY } : {}),
        values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : format(tick, 3))),
      },
    ],
    series: [
      {},
      ...lines.map((line): uPlot.Series => ({
        label: line.label,
        stroke: line.faint ? `color-mix(in srgb, ${color(line.color)} 28%, transparent)` : color(line.color),
        width: line.width,
        dash: [...line.dash],
        spanGaps: true,
        points: { show: line.points, size: 6, fill: color(line.color) },
      })),
    ],
    hooks: {
      setCursor: [
        (self) => {
          const index = self.cursor.idx
          onCursor(index === null || index === undefined ? null : (self.data[0][index] ?? null))
        },
      ],
    },
  }
}
