import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import type { Reading } from '../api/datasets'
import { HubLook } from './hub-look'

const server = vi.hoisted(() => {
  const state: { asked: { data?: Reading }[]; missing: boolean } = { asked: [], missing: false }
  const rows = [{ frage: 'Wo ist es?', antwort: 'Im Lager.' }]
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    const question = (await (asked as Request).json()) as { data?: Reading }
    state.asked.push(question)
    if (state.missing) {
      const detail = 'There is no dataset own/nothing on the hub.'
      return Response.json({ type: 'about:blank', title: 'Not found', status: 404, detail }, { status: 404 })
    }
    return Response.json({
      found: ['frage', 'antwort'],
      first_rows: rows,
      readings: [],
      report: {
        ok: question.data !== undefined,
        shape: question.data?.shape ?? null,
        columns: question.data?.columns ?? {},
        rows: question.data ? 1 : 0,
        errors: [],
        total: 0,
      },
    })
  }
  return state
})
beforeEach(() => {
  server.asked = []
  server.missing = false
})

function Look({ dataset }: { dataset: string }) {
  const [read, setRead] = useState<Reading | null>(null)
  return <HubLook dataset={dataset} read={read} onRead={setRead} />
}

test('a dataset of the hub shows its rows, and its columns are named where they are not certain', async () => {
  const user = userEvent.setup()
  show(<Look dataset="hub:own/questions" />)
  expect(await screen.findByText('Im Lager.')).toBeInTheDocument()
  expect(screen.getByText('Columns to be named')).toBeInTheDocument()
  expect(screen.queryByText('Assistant')).toBeNull()
  for (const [column, name] of [
    ['Input', 'frage'],
    ['Output', 'antwort'],
  ] as const) {
    await user.click(screen.getByRole('combobox', { name: column }))
    await user.click(await screen.findByRole('option', { name }))
  }
  await user.click(screen.getByRole('button', { name: 'Read it this way' }))
  await vi.waitFor(() => expect(screen.queryByText('Columns to be named')).toBeNull())
  expect(server.asked[server.asked.length - 1]?.data).toEqual({
    shape: 'input_output',
    columns: { input: 'frage', output: 'antwort' },
  })
  expect(await screen.findByText('Assistant')).toBeInTheDocument()
  expect(screen.getByText('Im Lager.')).toBeInTheDocument()
})

test('a name that the hub does not know is noticed at once', async () => {
  server.missing = true
  show(<Look dataset="hub:own/nothing" />)
  expect(await screen.findByText('own/nothing could not be read')).toBeInTheDocument()
  expect(screen.getByText('There is no dataset own/nothing on the hub.')).toBeInTheDocument()
})
