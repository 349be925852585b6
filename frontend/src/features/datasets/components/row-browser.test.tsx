import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { RowBrowser } from './row-browser'

const server = vi.hoisted(() => {
  const state: { asked: string[] } = { asked: [] }
  const rows = [
    { input: 'short', output: 'y' },
    { input: 'long', output: 'x'.repeat(5000) },
  ]
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    const { search, searchParams } = new URL((asked as Request).url)
    state.asked.push(search)
    const [offset, limit] = [Number(searchParams.get('offset')), Number(searchParams.get('limit'))]
    const most = Number(searchParams.get('characters') ?? Infinity)
    const page = rows.slice(offset, offset + limit)
    return Response.json({
      rows: page.map((row) => ({ ...row, output: row.output.slice(0, most) })),
      cut: page.flatMap((row, place) => (row.output.length > most ? [offset + place] : [])),
      offset,
      total: 2,
    })
  }
  return state
})

test('a very long row is fetched and drawn in part, and whole when asked for', async () => {
  const user = userEvent.setup()
  show(<RowBrowser dataset="one" total={2} />)
  const more = await screen.findByRole('button', { name: 'This row is longer than shown: show all of it' })
  expect(screen.getByText('x'.repeat(4000))).toBeInTheDocument()
  await user.click(more)
  expect(await screen.findByText('x'.repeat(5000))).toBeInTheDocument()
  expect(server.asked).toEqual(['?offset=0&limit=5&characters=4000', '?offset=1&limit=1'])
})
