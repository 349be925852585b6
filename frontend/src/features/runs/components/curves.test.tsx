import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { Curves } from './curves'

// A canvas is nothing that jsdom can draw.
vi.mock('@/components/chart/plot', () => ({ Plot: () => null }))

const steps = Array.from({ length: 50 }, (_, index) => index + 1)
const loss = { steps, values: steps.map((step) => (step === 50 ? 0.049 : 0.1)) }
const legend = () => screen.getByText('Loss').nextElementSibling?.textContent

test.each([
  ['without an evaluation', {}, ''],
  ['beside an evaluation', { evaluation_loss: { steps: [50], values: [0.2] } }, 'held out 0.2'],
])('a smoothed loss is called smoothed in the legend, %s', async (_, more, heldOut) => {
  const user = userEvent.setup()
  show(<Curves series={{ loss, ...more }} version="1" />)
  expect(legend()).toBe(`training, smoothed 0.0796 (raw 0.049)${heldOut}`)
  await user.click(screen.getByRole('switch', { name: 'Smooth' }))
  expect(legend()).toBe(heldOut ? `training 0.049${heldOut}` : '0.049')
})
