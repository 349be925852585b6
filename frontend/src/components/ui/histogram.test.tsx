import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'

import { show } from '@/testing/show'

import { Histogram } from './histogram'

test('the axis goes from the smallest value to the end of the last bin', () => {
  const bins = [
    [120, 3],
    [235, 1],
  ] as const
  show(<Histogram bins={bins} minimum={5} label="Lengths" unit="tokens" />)
  const { parentElement: axis } = screen.getByText('tokens')
  expect([...(axis?.children ?? [])].map(({ textContent }) => textContent)).toEqual(['5', 'tokens', '235'])
})
