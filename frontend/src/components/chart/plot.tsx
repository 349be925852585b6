import 'uplot/dist/uPlot.min.css'

import { Button, useComputedColorScheme } from '@mantine/core'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'

import classes from './chart.module.css'
import { ends } from './lines'
import { aligned, options, type PlotOptions } from './plot-options'
import { lastInSight, moved, moveTo, stepUnder, type Zoom } from './plot-view'

interface PlotProps extends Omit<PlotOptions, 'onZoom'> {
  title: string
  /** What a screen reader hears of the picture, and of the values under the cursor. */
  summary: string
  reading: string
  /** The step under the cursor, if there is one. */
  cursor: number | null
  /** Changes whenever the lines' points have. */
  version: number | string
}

/** One uPlot for as long as its lines are the same; new points are handed over, not drawn anew from nothing. */
export function Plot({ title, summary, reading, cursor, version, ...drawn }: PlotProps) {
  const { lines, height, log, binary } = drawn
  const { t } = useTranslation()
  const holder = useRef<HTMLDivElement>(null)
  const reader = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const zoom = useRef<Zoom | null>(null)
  const [zoomed, setZoomed] = useState(false)
  const latest = useRef(drawn)
  const scheme = useComputedColorScheme()
  const shape = lines.map((line) => `${line.id}|${line.color}|${line.width}|${line.points}`).join()
  const [first, last] = ends(lines)

  useEffect(() => {
    latest.current = drawn
  })

  useEffect(() => {
    const element = holder.current
    if (element === null) return
    const onZoom = (range: Zoom | null) => {
      zoom.current = range
      setZoomed(range !== null)
    }
    const onCursor = (step: number | null) => latest.current.onCursor(step)
    const wanted = options({ ...latest.current, height, log, binary, onCursor, onZoom }, element)
    const made = new uPlot(wanted, aligned(latest.current.lines), element)
    if (zoom.current) made.setScale('x', { ...zoom.current })
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = null
      onCursor(null)
    }
  }, [shape, height, log, binary, scheme])

  // Neither what a person has zoomed in on nor the step that is read by keyboard moves when points come in.
  useEffect(() => {
    const made = plot.current
    if (made === null) return
    const read = document.activeElement === reader.current ? stepUnder(made) : null
    made.batch(() => {
      made.setData(aligned(latest.current.lines), zoom.current === null)
      if (zoom.current) made.setScale('x', { ...zoom.current })
    })
    if (read !== null) moveTo(made, made.valToIdx(read))
  }, [version, shape])

  const onKeyDown = (event: KeyboardEvent) => {
    const to = plot.current && moved(plot.current, event)
    if (!plot.current || to === null) return
    event.preventDefault()
    moveTo(plot.current, to)
  }
  const showWhole = () => {
    plot.current?.setScale('x', { min: first, max: last })
    reader.current?.focus()
  }
  return (
    <div className={classes.frame}>
      <div role="img" aria-label={summary}>
        <div ref={holder} className={classes.plot} style={{ height }} />
      </div>
      <div
        ref={reader}
        role="slider"
        tabIndex={0}
        aria-label={t('chart.read', { title })}
        aria-valuemin={first}
        aria-valuemax={last}
        aria-valuenow={cursor ?? last}
        aria-valuetext={reading}
        className={classes.reader}
        onKeyDown={onKeyDown}
        onFocus={() => plot.current && moveTo(plot.current, lastInSight(plot.current))}
        onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
      />
      {zoomed ? (
        <Button size="compact-xs" variant="default" className={classes.whole ?? ''} onClick={showWhole}>
          {t('chart.whole')}
        </Button>
      ) : null}
    </div>
  )
}
