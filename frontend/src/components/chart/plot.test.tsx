import { MantineProvider } from '@mantine/core'
import { act, createEvent, fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import uPlot from 'uplot'
import { beforeAll, expect, test, vi } from 'vitest'

import { Chart } from './chart'
import { line } from './lines'
import { aligned, options } from './plot-options'
import { zoomOf } from './plot-view'

const WIDTH = 600
const HEIGHT = 150

// What jsdom lacks of a canvas: the chart is the real one, only its strokes go nowhere.
beforeAll(() => {
  const nowhere: object = new Proxy(() => nowhere, { get: () => nowhere, set: () => true })
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(nowhere as never)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(WIDTH)
  vi.stubGlobal(
    'Path2D',
    class {
      moveTo() {}
      lineTo() {}
      rect() {}
      arc() {}
      closePath() {}
    },
  )
})

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

function Live({ count }: { count: number }) {
  const steps = upTo(count)
  const lines = [
    line(
      'training',
      steps,
      steps.map((step) => 1 / step),
      '--ember',
    ),
    line('held out', [2, 4], [0.5, 0.25], '--blue'),
  ]
  return (
    <MantineProvider env="test">
      <Chart title="Loss" lines={lines} version={count} height={HEIGHT} />
    </MantineProvider>
  )
}

const legend = () => screen.getByText('Loss').nextElementSibling?.textContent
const reader = () => screen.findByRole('slider', { name: 'Loss, step by step' })
const whole = () => screen.queryByRole('button', { name: 'Whole run' })
/** Room for what uPlot puts off until the end of its turn. */
const settle = () => act(async () => {})

/** Draw with the pointer over a part of the picture. */
async function zoom(container: HTMLElement, from: number, to: number) {
  const over = container.querySelector('.u-over') as HTMLElement
  fireEvent.mouseEnter(over)
  fireEvent.mouseMove(over, { clientX: from, clientY: 20 })
  fireEvent.mouseDown(over, { button: 0, clientX: from, clientY: 20 })
  // jsdom knows of no movement, without which a move while drawing counts for nothing.
  const move = createEvent.mouseMove(over, { clientX: to, clientY: 20 })
  fireEvent(over, Object.defineProperty(move, 'movementX', { value: to - from }))
  fireEvent.mouseUp(document, { button: 0, clientX: to, clientY: 20 })
  fireEvent.mouseLeave(over)
  await settle()
}

/** The steps in sight, as the keys for both ends find them. */
async function inSight(user: ReturnType<typeof userEvent.setup>) {
  const slider = await reader()
  slider.focus()
  await user.keyboard('{Home}')
  const first = slider.getAttribute('aria-valuenow')
  await user.keyboard('{End}')
  const found = [Number(first), Number(slider.getAttribute('aria-valuenow'))]
  slider.blur()
  return found
}

test('what a person has zoomed in on stays in sight while data come in, until the whole run is wanted', async () => {
  const user = userEvent.setup()
  const { container, rerender } = render(<Live count={11} />)
  await reader()
  await settle()
  expect(await inSight(user)).toEqual([1, 11])
  expect(whole()).toBeNull()
  await zoom(container, 150, 300)
  const zoomed = await inSight(user)
  expect(zoomed[0]).toBeGreaterThan(1)
  expect(zoomed[1]).toBeLessThan(11)
  rerender(<Live count={20} />)
  await settle()
  expect(await inSight(user)).toEqual(zoomed)
  await user.click(whole() as HTMLElement)
  await waitFor(() => expect(whole()).toBeNull())
  expect(await reader()).toHaveFocus()
  expect(await inSight(user)).toEqual([1, 20])
  rerender(<Live count={30} />)
  await settle()
  expect(await inSight(user)).toEqual([1, 30])
})

test('the keys move the cursor from point to point, and the legend and a screen reader have what is under it', async () => {
  const user = userEvent.setup()
  const { rerender } = render(<Live count={5} />)
  const slider = await reader()
  await settle()
  expect(screen.getByRole('img')).toHaveAccessibleName('Loss. training: 1 → 0.2; held out: 0.5 → 0.25')
  await user.tab()
  expect(slider).toHaveFocus()
  await user.keyboard('{ArrowLeft}{ArrowLeft}')
  expect(legend()).toBe('step 3training 0.3333held out 0.5 (step 2)')
  expect(slider).toHaveAttribute('aria-valuenow', '3')
  expect(slider).toHaveAttribute('aria-valuetext', 'step 3: training 0.3333; held out 0.5 (step 2)')
  rerender(<Live count={9} />)
  await settle()
  expect(slider, 'it stays where it is while data come in').toHaveAttribute('aria-valuenow', '3')
  expect(slider).toHaveAttribute('aria-valuemax', '9')
  await user.keyboard('{ArrowRight}')
  expect(legend()).toBe('step 4training 0.25held out 0.25')
  await user.keyboard('{Home}{ArrowLeft}')
  expect(legend()).toBe('step 1training 1held out –')
  await user.tab()
  expect(legend()).toBe('training 0.1111held out 0.25')
})

test('a single point stands in the middle of its neighbours, and is seen', async () => {
  const one = (step: number) => [
    line('first', [step], [0.5], '--ember'),
    line('second', [step], [0.25], '--blue'),
  ]
  const made = (step: number) =>
    options(
      {
        lines: one(step),
        height: HEIGHT,
        log: false,
        binary: false,
        format: String,
        onCursor: () => undefined,
        onZoom: () => undefined,
      },
      document.createElement('div'),
    )
  const plot = new uPlot(made(100), aligned(one(100)), document.createElement('div'))
  await settle()
  expect(plot.scales['x']).toMatchObject({ min: 99, max: 101 })
  const isShown = (series: number) =>
    (plot.series[series]?.points?.show as (...of: unknown[]) => boolean)(plot, series)
  expect([1, 2].map(isShown)).toEqual([true, true])
  expect(zoomOf(plot)).toBeNull()
  plot.setData([
    [100, 120],
    [0.5, 0.4],
    [0.25, null],
  ] as uPlot.AlignedData)
  await settle()
  expect(plot.scales['x']).toMatchObject({ min: 100, max: 120 })
  expect([1, 2].map(isShown)).toEqual([false, true])
  plot.destroy()
})
