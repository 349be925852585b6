import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'

import { show } from '@/testing/show'

import { CodeBlock } from './code-block'

test('code has a role that may be named, and its name', () => {
  show(<CodeBlock code="modelforge serve" label="The command" />)
  const block = screen.getByRole('group', { name: 'The command' })
  expect(block).toHaveTextContent(/^modelforge serve$/)
  expect(block).toHaveAttribute('tabindex', '0')
})
