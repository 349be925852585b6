import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import { show } from '@/testing/show'

import type { Answer } from '../api/use-conversation'
import { ExchangeView } from './exchange-view'

const answered = (tokens: number, seconds: number): Answer => {
  const ending = { reason: 'end', tokens, seconds } as const
  return { text: 'Ada.', phase: 'done', ahead: 0, ending, error: null }
}
const view = (answer: Answer) =>
  show(<ExchangeView exchange={{ id: 1, question: 'Who?', answers: { tuned: answer } }} />)

test.each([
  [30, 0.59, '30 tokens in 0.6 sec, 51 tokens/s'],
  [512, 12.4, '512 tokens in 12 sec, 41 tokens/s'],
])('%i tokens in %f seconds are told as they were measured', (tokens, seconds, words) => {
  view(answered(tokens, seconds))
  expect(screen.getByText(words)).toBeInTheDocument()
})

test('who asked is said in words, not by a name that nobody reads out', () => {
  view(answered(1, 1))
  expect(screen.getByText('Who?')).toHaveTextContent('YouWho?')
  expect(screen.getByText('Who?')).not.toHaveAttribute('aria-label')
})

test('an answer is copied as it was written, each side its own', async () => {
  const user = userEvent.setup()
  const base = { ...answered(1, 1), text: '**Bob**\n' }
  show(<ExchangeView exchange={{ id: 1, question: 'Who?', answers: { tuned: answered(1, 1), base } }} />)
  await user.click(screen.getByRole('button', { name: 'Copy the base’s answer' }))
  expect(await navigator.clipboard.readText()).toBe('**Bob**\n')
  expect(screen.getByRole('button', { name: 'Copied' })).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Copy the tuned model’s answer' })).toBeInTheDocument()
})

test('a call is shown as text in a block, and is no empty answer', () => {
  const called = { name: '<b>weather</b>', arguments: { city: '<img src=x onerror=alert(1)>' } }
  const calls = [{ type: 'function' as const, id: 'abc', function: called }]
  const ending = { reason: 'end', tokens: 3, seconds: 1, calls } as const
  const { container } = view({ ...answered(3, 1), text: '', ending: { ...ending, calls } })
  expect(screen.getByText('Calls <b>weather</b>')).toBeInTheDocument()
  expect(screen.getByRole('group', { name: /Calls/ })).toHaveTextContent('<img src=x onerror=alert(1)>')
  expect(container.querySelector('img, b')).toBeNull()
  expect(screen.queryByText(/An empty answer/)).toBeNull()
})
