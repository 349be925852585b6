import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { HubTokenCard } from './hub-token-card'
import { HubJobs } from './job-list'
import { PushDialog } from './push-dialog'

/** A hub that takes nothing: every change is refused, and counted. */
const server = vi.hoisted(() => {
  const state = { jobs: [] as object[], sent: 0, isDown: false }
  globalThis.fetch = async (asked) => {
    const { url, method } = asked as Request
    if (method === 'GET' && !state.isDown)
      return Response.json(url.endsWith('/jobs') ? state.jobs : { source: null })
    state.sent += 1
    const detail = 'The hub cannot be reached.'
    return Response.json({ type: 'about:blank', title: 'no', status: 424, detail }, { status: 424 })
  }
  return state
})

beforeEach(() => Object.assign(server, { jobs: [], sent: 0, isDown: false }))

test('a repository without its owner is refused where it is typed', async () => {
  const user = userEvent.setup()
  show(<PushDialog opened model="one" onClose={vi.fn()} />)
  await user.type(await screen.findByRole('textbox', { name: 'Repository' }), 'name')
  await user.type(screen.getByRole('textbox', { name: /Type it once more/ }), 'name private')
  await user.click(screen.getByRole('button', { name: 'Push' }))
  expect(await screen.findByText(/owner\/name\.$/)).toBeInTheDocument()
  expect(server.sent).toBe(0)
})

test('a token that is too short is refused where it is typed', async () => {
  const user = userEvent.setup()
  show(<HubTokenCard />)
  await user.type(screen.getByLabelText('Token'), 'hf_1')
  await user.click(screen.getByRole('button', { name: 'Keep token' }))
  expect(await screen.findByText('A token has eight letters or more.')).toBeInTheDocument()
  expect(server.sent).toBe(0)
})

test.each([
  ['failed', 'Try again'],
  ['running', 'Cancel'],
  ['succeeded', 'Dismiss'],
])('what the server refuses of a job that is %s is said beside it', async (status, button) => {
  const user = userEvent.setup()
  server.jobs = [
    {
      id: 'j',
      kind: 'push',
      repository: 'me/model',
      model_id: 'one',
      status,
      created_at: '2026-11-28T10:00:00Z',
    },
  ]
  show(<HubJobs />)
  await user.click(await screen.findByRole('button', { name: button }))
  expect(await screen.findByText('The hub cannot be reached.')).toBeInTheDocument()
})

test('that nobody knows what goes to the hub does not look like nothing', async () => {
  server.isDown = true
  show(<HubJobs />)
  expect(await screen.findByText('To and from the hub')).toBeInTheDocument()
  expect(screen.getByRole('alert')).toHaveTextContent('The hub cannot be reached.')
})
