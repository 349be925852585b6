import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { BusyButton } from './busy-button'

function form(pending: boolean, onSend: () => void, onClick?: () => void) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onSend()
      }}
    >
      <input aria-label="name" />
      <BusyButton type="submit" pending={pending} onClick={onClick}>
        Send
      </BusyButton>
    </form>
  )
}

test('while what it began goes on, it can have the focus and does nothing, not even by the Enter key', async () => {
  const user = userEvent.setup()
  const [send, click] = [vi.fn(), vi.fn()]
  show(form(true, send, click))
  const button = screen.getByRole('button', { name: 'Send' })
  expect(button).toBeEnabled()
  expect(button).toHaveAttribute('aria-disabled', 'true')
  await user.type(screen.getByRole('textbox'), 'a{Enter}')
  await user.tab()
  expect(button).toHaveFocus()
  await user.keyboard('{Enter} ')
  expect(send).not.toHaveBeenCalled()
  expect(click).not.toHaveBeenCalled()
})

test('it sends its form otherwise', async () => {
  const send = vi.fn()
  show(form(false, send))
  await userEvent.type(screen.getByRole('textbox'), 'a{Enter}')
  expect(send).toHaveBeenCalledOnce()
})
