import { act, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { Chart } from './chart'
import { line } from './lines'

const pointer = vi.hoisted((): { move: (step: number | null) => void } => ({ move: () => undefined }))

// A canvas is nothing that jsdom can draw; what the chart is told of its cursor is all that counts here.
vi.mock('./plot', () => ({
  Plot: ({ onCursor }: { onCursor: (step: number | null) => void }) => {
    pointer.move = onCursor
    return <i>drawn</i>
  },
}))

const LINES = [
  line('training', [1, 2, 3, 4], [4, 3, 2, 1], '--ember'),
  line('held out', [2, 4], [3.5, 1.5], '--blue'),
]
const legend = () => screen.getByText('Loss').nextElementSibling?.textContent

test('under the cursor stands what was measured there or last before it, and never what came later', async () => {
  show(<Chart title="Loss" lines={LINES} version={1} />)
  await screen.findByText('drawn')
  expect(legend()).toBe('training 1held out 1.5')
  act(() => pointer.move(1))
  expect(legend()).toBe('step 1training 4held out –')
  act(() => pointer.move(3))
  expect(legend()).toBe('step 3training 2held out 3.5 (step 2)')
  act(() => pointer.move(4))
  expect(legend()).toBe('step 4training 1held out 1.5')
  act(() => pointer.move(null))
  expect(legend()).toBe('training 1held out 1.5')
})

test('without a measurement there is no picture', () => {
  show(<Chart title="Loss" lines={[line('training', [], [], '--ember')]} version={0} />)
  expect(screen.getByText('Nothing measured yet')).toBeInTheDocument()
  expect(screen.queryByRole('img')).toBeNull()
})

test('a smoothed line tells what was measured beside it', () => {
  const one = { ...line('training, smoothed', [1, 2], [2, 1.5], '--ember'), raw: [2, 1] }
  show(<Chart title="Loss" lines={[one, line('held out', [2], [1.25], '--blue')]} version={0} />)
  expect(legend()).toBe('training, smoothed 1.5 (raw 1)held out 1.25')
  act(() => pointer.move(1))
  expect(legend()).toBe('step 1training, smoothed 2 (raw 2)held out –')
})
