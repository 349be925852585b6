import { screen } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { SnippetCard } from './snippet-card'

const server = vi.hoisted(() => {
  const state = { home: '', scopes: [] as string[] }
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname.endsWith('/session')) return Response.json({ name: 'me', scopes: state.scopes })
    return Response.json({ home: state.home })
  }
  return state
})

beforeEach(() => void Object.assign(server, { home: '/srv/forge', scopes: ['admin'] }))
const card = () => show(<SnippetCard curl="curl" python="python" help="It answers." />)

test.each([
  ['/srv/forge', '/srv/forge/api-token'],
  ['C:\\forge', 'C:\\forge\\api-token'],
])('whoever may see the settings is told in which file the token is: %s', async (home, file) => {
  server.home = home
  card()
  expect(
    await screen.findByText(new RegExp(`^It answers\\. Put your API token into MODELFORGE_TOKEN`)),
  ).toBeVisible()
  expect(await screen.findByText((words) => words.includes(`the content of ${file}.`))).toBeVisible()
})

test('others are told its name', async () => {
  server.scopes = ['read']
  card()
  expect(await screen.findByText(/the file api-token in the home folder of ModelForge/)).toBeVisible()
})
