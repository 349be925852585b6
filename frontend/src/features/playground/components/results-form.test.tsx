import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import type { Exchange } from '../api/use-conversation'
import { OpenCalls } from './results-form'
import { ToolsField } from './tools-field'

const call = (name: string) => ({ type: 'function' as const, id: name, function: { name, arguments: {} } })
const exchange = (...names: string[]): Exchange => ({
  id: 1,
  question: 'Rome?',
  answers: {
    tuned: {
      text: '',
      phase: 'done',
      ahead: 0,
      error: null,
      ending: { reason: 'end', tokens: 1, seconds: 1, calls: names.map(call) },
    },
  },
})

test('each call that is open has a place for its result, and they are given together', async () => {
  const given = vi.fn()
  const user = userEvent.setup()
  show(<OpenCalls exchanges={[exchange('weather', 'time')]} disabled={false} onGive={given} />)
  await user.type(screen.getByRole('textbox', { name: 'Result of time' }), 'noon')
  await user.type(screen.getByRole('textbox', { name: 'Result of weather' }), '21')
  await user.click(screen.getByRole('button', { name: 'Give the result back' }))
  expect(given).toHaveBeenCalledWith(['21', 'noon'])
})

test('an answer that calls nothing waits for nothing', () => {
  show(<OpenCalls exchanges={[exchange()]} disabled={false} onGive={vi.fn()} />)
  expect(screen.queryByRole('button')).toBeNull()
})

test('tools that cannot be read are said to be so', () => {
  show(<ToolsField value="[{" onChange={vi.fn()} />)
  expect(screen.getByText('This is not valid JSON.')).toBeInTheDocument()
  expect(screen.getByRole('textbox', { name: 'Tools (JSON)' })).toHaveAttribute('aria-invalid', 'true')
})
