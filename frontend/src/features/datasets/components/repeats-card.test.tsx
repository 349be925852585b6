import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { RepeatsCard } from './repeats-card'

const server = vi.hoisted(() => {
  const asked: unknown[] = []
  const pair = { row: 7, earlier_row: 2, text: 'Hello there!', earlier_text: 'Hello there', equal: false }
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (request) => {
    const { url, method } = request as Request
    if (method === 'GET' && url.endsWith('/api/v1/datasets')) {
      return Response.json({
        items: [
          { id: 'held-out', name: 'Held out', shape: 'text' },
          { id: 'training', name: 'Training', shape: 'text' },
          { id: 'open', name: 'Columns to be named', shape: null },
        ],
        total: 3,
        samples: ['sample:support'],
      })
    }
    const body = (await (request as Request).json()) as { among: string | null }
    asked.push(body)
    return Response.json(
      body.among === null
        ? { rows: 9, exact: 0, near: 0, prompts: 0, examples: [] }
        : body.among === 'sample:support'
          ? { rows: 9, exact: 0, near: 0, prompts: 4, examples: [] }
          : {
              rows: 9,
              exact: 2,
              near: 1,
              prompts: 1,
              examples: [{ ...pair, row: 3, text: 'Same', equal: true }, pair],
            },
    )
  }
  return { asked }
})

test('a dataset is compared with itself, and with another that it might leak into', async () => {
  const user = userEvent.setup()
  show(<RepeatsCard dataset="held-out" rows={9} />)
  await screen.findByText('No row occurs again, not even nearly.')
  await user.click(screen.getByRole('combobox', { name: 'Look for its rows in' }))
  const offered = screen.getAllByRole('option').map(({ textContent }) => textContent)
  expect(offered).toEqual(['this dataset itself', 'Training', 'sample:support'])
  await user.click(screen.getByRole('option', { name: 'Training' }))
  await screen.findByText(/^2 rows are there exactly\./)
  expect(screen.getByText(/^1 row is there nearly\./)).toBeInTheDocument()
  expect(screen.getByText(/^The prompt of 1 row is there with another answer\./)).toBeInTheDocument()
  expect(screen.getByText('Row 3 equals row 2')).toBeInTheDocument()
  expect(screen.getByText('Row 7 resembles row 2')).toBeInTheDocument()
  expect(screen.getByText('Hello there')).toBeInTheDocument()
  expect(server.asked).toEqual([
    { dataset: 'held-out', among: null },
    { dataset: 'held-out', among: 'training' },
  ])
})

test('prompts that are there with other answers are leaks too, of which no row is shown', async () => {
  const user = userEvent.setup()
  show(<RepeatsCard dataset="held-out" rows={9} />)
  await user.click(await screen.findByRole('combobox', { name: 'Look for its rows in' }))
  await user.click(screen.getByRole('option', { name: 'sample:support' }))
  await screen.findByText(/^The prompts of 4 rows are there with other answers\./)
  expect(screen.getByText(/would look better than it is\.$/)).toBeInTheDocument()
  expect(screen.queryByRole('list')).not.toBeInTheDocument()
})

test('many rows are compared when somebody asks', async () => {
  const user = userEvent.setup()
  server.asked.length = 0
  show(<RepeatsCard dataset="held-out" rows={1_000_000} />)
  const look = await screen.findByRole('button', { name: 'Look for them' })
  expect(server.asked).toEqual([])
  await user.click(look)
  await screen.findByText('No row occurs again, not even nearly.')
})
