import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import { show } from '@/testing/show'

import { SignIn } from './sign-in'

test('a field that is left empty says that it is needed', async () => {
  const user = userEvent.setup()
  show(<SignIn error={null} />)
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  expect(await screen.findAllByText('This is needed.')).toHaveLength(1)
  await user.click(screen.getByRole('radio', { name: 'Account' }))
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  expect(await screen.findAllByText('This is needed.')).toHaveLength(2)
})
