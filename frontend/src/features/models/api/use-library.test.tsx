import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { ListSearch, MorePages } from '@/components/ui/searched-list'
import { show } from '@/testing/show'

import { useLibrary } from './use-library'

const server = vi.hoisted(() => {
  const state = { refuses: false }
  const ALL = Array.from({ length: 20 }, (_, n) => ({ id: `model-${n}`, name: `Model ${n}` }))
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    const { searchParams } = new URL((asked as Request).url)
    const isAsked = searchParams.has('before') || searchParams.get('query') !== ''
    if (state.refuses && isAsked) {
      const problem = { type: 'about:blank', title: 'no', status: 422, detail: 'It is refused.' }
      return Response.json(problem, { status: 422 })
    }
    const found = ALL.filter(({ name }) => name.includes(searchParams.get('query') ?? ''))
    const start = found.findIndex(({ id }) => id === searchParams.get('before')) + 1
    const items = found.slice(start, start + Number(searchParams.get('limit')))
    const next = start + items.length < found.length ? items[items.length - 1]?.id : null
    return Response.json({ items, total: found.length, next })
  }
  return state
})

function Shelf() {
  const library = useLibrary(8)
  return (
    <>
      <ListSearch pages={library} label="Find a model" nothing="No model of yours is called so." />
      <ul>
        {library.items.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
      <MorePages pages={library} />
    </>
  )
}

test('every model of the library can be reached, by its name and page by page', async () => {
  const user = userEvent.setup()
  show(<Shelf />)
  await screen.findByText('Model 7')
  for (const count of [16, 20]) {
    await user.click(screen.getByRole('button', { name: 'Show more' }))
    await vi.waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(count))
  }
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
  const search = screen.getByRole('textbox', { name: 'Find a model' })
  await user.type(search, 'Model 19')
  await vi.waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(1))
  await user.type(search, 'x')
  await screen.findByText('No model of yours is called so.')
  await user.clear(search)
  await screen.findByText('Model 7')
  expect(search).toHaveFocus()
})

test('more models that do not come are told, and a refused search can be written anew', async () => {
  const user = userEvent.setup()
  server.refuses = true
  show(<Shelf />)
  await user.click(await screen.findByRole('button', { name: 'Show more' }))
  expect(await screen.findByText('It is refused.')).toBeInTheDocument()
  expect(screen.getAllByRole('listitem')).toHaveLength(8)
  await user.type(screen.getByRole('textbox', { name: 'Find a model' }), 'x')
  await vi.waitFor(() => expect(screen.queryByText('Model 7')).toBeNull())
  expect(screen.getByText('It is refused.')).toBeInTheDocument()
  server.refuses = false
  await user.clear(screen.getByRole('textbox', { name: 'Find a model' }))
  await screen.findByText('Model 7')
})
