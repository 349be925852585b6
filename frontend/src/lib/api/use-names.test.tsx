import { screen, waitFor } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { useDatasetName, useModelName } from './use-names'

/** A server whose list of models has the newest one alone; `letGo` lets it answer. */
const server = vi.hoisted(() => {
  const state = {
    asked: [] as string[],
    held: Promise.resolve() as Promise<void>,
    letGo: () => undefined as void,
  }
  const known: Record<string, object> = {
    '/api/v1/models': { items: [{ id: 'new', name: 'Newest' }], starters: [], total: 300 },
    '/api/v1/models/old': { id: 'old', name: 'An old one' },
    '/api/v1/datasets': { items: [{ id: 'rows', name: 'rows.csv' }], samples: [] },
  }
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    state.asked.push(pathname)
    await state.held
    const found = known[pathname]
    if (found) return Response.json(found)
    return Response.json({ type: 'about:blank', title: 'no', status: 404, detail: 'no' }, { status: 404 })
  }
  return state
})

beforeEach(() => {
  server.asked = []
  server.held = Promise.resolve()
})

const Model = ({ id }: { id: string | null }) => <p>{`model: ${useModelName(id) ?? 'nothing'}`}</p>
const Dataset = ({ id }: { id: string }) => <p>{`dataset: ${useDatasetName(id) ?? 'nothing'}`}</p>

test('nothing is said until the name is known', async () => {
  server.held = new Promise((resolve) => (server.letGo = resolve))
  show(
    <>
      <Model id="new" />
      <Dataset id="rows" />
    </>,
  )
  await waitFor(() => expect(server.asked).toHaveLength(2))
  expect(screen.getByText('model: nothing')).toBeInTheDocument()
  expect(screen.getByText('dataset: nothing')).toBeInTheDocument()
  server.letGo()
  expect(await screen.findByText('model: Newest')).toBeInTheDocument()
  expect(await screen.findByText('dataset: rows.csv')).toBeInTheDocument()
  expect(server.asked, 'one list tells all names').toHaveLength(2)
})

test('one that the list does not reach is asked for by itself', async () => {
  show(<Model id="old" />)
  expect(await screen.findByText('model: An old one')).toBeInTheDocument()
})

test('one that is not there any more is called by its id', async () => {
  show(<Dataset id="gone" />)
  expect(await screen.findByText('dataset: gone')).toBeInTheDocument()
})

test('what is bundled, of the hub or a file has no other name, and nothing is asked', () => {
  for (const id of ['starter:chat', 'own/model', 'C:\\rows']) show(<Model id={id} />)
  show(<Model id={null} />)
  expect(screen.getAllByText(/^model:/).map(({ textContent }) => textContent)).toEqual([
    'model: starter:chat',
    'model: own/model',
    'model: C:\\rows',
    'model: nothing',
  ])
  expect(server.asked).toEqual([])
})
