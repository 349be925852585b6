import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { RenameDialog } from './rename-dialog'

test('a name of spaces is no name, and is refused where it is typed', async () => {
  const user = userEvent.setup()
  const rename = vi.fn()
  show(
    <RenameDialog
      opened
      title="Rename"
      name="before"
      pending={false}
      error={null}
      onRename={rename}
      onClose={vi.fn()}
    />,
  )
  const field = await screen.findByRole('textbox', { name: 'Name' })
  await user.clear(field)
  await user.type(field, '  {Enter}')
  expect(await screen.findByText('This is needed.')).toBeInTheDocument()
  expect(rename).not.toHaveBeenCalled()
  await user.type(field, ' after {Enter}')
  expect(rename).toHaveBeenCalledWith('after')
})
