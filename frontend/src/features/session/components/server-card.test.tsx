import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { ServerCard } from './server-card'

vi.hoisted(() => {
  globalThis.fetch = async () => {
    const problem = { type: 'about:blank', title: 'no', status: 403, detail: 'It is refused.' }
    return Response.json(problem, { status: 403 })
  }
})

test('a server that does not tell about itself is not passed over in silence', async () => {
  show(<ServerCard />)
  expect(await screen.findByRole('alert')).toHaveTextContent('It is refused.')
})
