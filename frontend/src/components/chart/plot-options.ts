import uPlot from 'uplot'

import { formatNumber } from '@/lib/format/format'

import type { Line } from './lines'
import { range, stepUnder, type Zoom, zoomOf } from './plot-view'

export interface PlotOptions {
  lines: Line[]
  height: number
  log: boolean
  /** Ticks at powers of two: bytes. */
  binary: boolean
  format: (value: number, digits?: number) => string
  onCursor: (step: number | null) => void
  onZoom: (zoom: Zoom | null) => void
}

const LETTER_PX = 6.4
const AXIS_GAP_PX = 12
const BINARY = Array.from({ length: 50 }, (_, power) => 2 ** power)
const STEPS = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((times) => times * 10 ** power)).flat()
const FONT = '11px "Inter Variable", system-ui, sans-serif'

/** Pixels that an axis needs for its labels; before there are any, a guess. */
function axisWidth(labels: string[] | null): number {
  const longest = Math.max(2, ...(labels ?? []).map((label) => label.length))
  return Math.ceil(longest * LETTER_PX) + AXIS_GAP_PX
}

/** All lines over one axis of steps; where a line has no point, it has none. */
export function aligned(lines: Line[]): uPlot.AlignedData {
  const shared = lines[0]?.steps
  if (lines.every((line) => line.steps === shared)) {
    return [shared ?? [], ...lines.map((line) => line.values)] as uPlot.AlignedData
  }
  return uPlot.join(lines.map((line) => [line.steps, line.values] as unknown as uPlot.AlignedData))
}

/** Whether a line has one point, which nothing but itself can show. */
const isAlone = ({ data }: uPlot, series: number) =>
  Array.from(data[series] ?? []).filter((one) => one != null).length === 1

export function options(
  { lines, height, log, binary, format, onCursor, onZoom }: PlotOptions,
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
    scales: { x: { time: false, range }, y: { distr: log ? 3 : 1 } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        incrs: STEPS, // there is nothing between two steps
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
        points: { show: line.points || isAlone, size: 6, fill: color(line.color) },
      })),
    ],
    hooks: {
      setCursor: [(self) => onCursor(stepUnder(self))],
      setScale: [(self, scale) => (scale === 'x' ? onZoom(zoomOf(self)) : undefined)],
    },
  }
}
