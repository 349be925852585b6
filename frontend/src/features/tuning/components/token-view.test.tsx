import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { TokenView } from './token-view'

test('of a very long row some tokens are drawn, and more when asked for', async () => {
  const more = vi.fn()
  const tokens = [{ id: 1, text: 'hello', role: 'trained' as const }]
  show(<TokenView rows={[{ row: 1, tokens, more: 12_345 }]} fetching={false} onMore={more} />)
  expect(screen.getByText('12,346 tokens', { exact: false })).toBeInTheDocument()
  await userEvent.setup().click(screen.getByRole('button', { name: '12,345 more tokens' }))
  expect(more).toHaveBeenCalledTimes(1)
})
