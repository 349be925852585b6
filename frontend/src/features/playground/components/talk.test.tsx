import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'
import { MantineProvider } from '@mantine/core'

import type { Answer, Exchange } from '../api/use-conversation'
import { Talk } from './talk'

const followed = vi.fn()
const again = vi.fn()
let top: number

beforeEach(() => {
  followed.mockClear()
  top = 0
  Element.prototype.scrollIntoView = followed
  Element.prototype.getBoundingClientRect = () => ({ top }) as DOMRect
})

const saying = (text: string): Exchange => {
  const answer: Answer = { text, phase: 'writing', ahead: 0, ending: null, error: null }
  return { id: 1, question: 'Who?', answers: { tuned: answer } }
}
const talk = (exchanges: Exchange[]) => (
  <MantineProvider env="test">
    <Talk exchanges={exchanges} busy={false} onAgain={again}>
      Nothing yet
    </Talk>
  </MantineProvider>
)

test('the view follows an answer as it grows, and stays where one has scrolled to', () => {
  const { rerender } = show(talk([]))
  expect(screen.getByText('Nothing yet')).toBeInTheDocument()
  rerender(talk([saying('A')]))
  followed.mockClear()
  rerender(talk([saying('Ada')]))
  expect(followed).toHaveBeenCalledTimes(1)
  top = window.innerHeight + 400
  rerender(talk([saying('Ada Lovelace')]))
  expect(followed).toHaveBeenCalledTimes(1)
})

test('what was asked last can be asked again, once something was asked', async () => {
  const { rerender } = show(talk([]))
  expect(screen.queryByRole('button', { name: 'Ask again' })).toBeNull()
  rerender(talk([saying('Ada')]))
  await userEvent.setup().click(screen.getByRole('button', { name: 'Ask again' }))
  expect(again).toHaveBeenCalledTimes(1)
})
