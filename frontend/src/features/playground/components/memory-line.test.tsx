import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { MemoryLine } from './memory-line'

vi.hoisted(() => {
  globalThis.fetch = async (asked) => {
    if ((asked as Request).url.includes('/models?')) {
      const items = [{ id: 'one', name: 'My first' }]
      return Response.json({ items, starters: [], total: 1 })
    }
    if ((asked as Request).method === 'GET')
      return Response.json({ status: 'ready', model: 'one', slot: 'cpu', waiting: 0 })
    const detail = 'It is answering somebody else.'
    return Response.json({ type: 'about:blank', title: 'no', status: 409, detail }, { status: 409 })
  }
})

test('memory that cannot be freed now says why', async () => {
  show(<MemoryLine />)
  expect(await screen.findByText('My first is in memory on cpu')).toBeInTheDocument()
  await userEvent.click(await screen.findByRole('button', { name: 'Free the memory' }))
  expect(await screen.findByText('It is answering somebody else.')).toBeInTheDocument()
})
