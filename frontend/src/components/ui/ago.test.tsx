import { act, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { Ago } from './ago'

afterEach(() => void vi.useRealTimers())

test('how long ago something was goes on with the clock, by one timer for all', () => {
  vi.useFakeTimers({ now: new Date('2026-11-28T10:00:01Z') })
  const { unmount } = show(
    <>
      <Ago when="2026-11-28T10:00:00Z" />
      <Ago when="2026-11-28T09:00:00Z" />
    </>,
  )
  const words = () => screen.getAllByRole('time').map(({ textContent }) => textContent)
  expect(words()).toEqual(['1 second ago', '1 hour ago'])
  expect(vi.getTimerCount()).toBe(1)
  act(() => void vi.advanceTimersByTime(25_000))
  expect(words()).toEqual(['26 seconds ago', '1 hour ago'])
  act(() => void vi.advanceTimersByTime(120_000))
  expect(words()).toEqual(['2 minutes ago', '1 hour ago'])
  unmount()
  expect(vi.getTimerCount()).toBe(0)
})
