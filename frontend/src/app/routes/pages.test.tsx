import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { changeDraft } from '@/features/tuning/api/draft'
import { showPage } from '@/testing/show-page'

vi.hoisted(() => {
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname === '/api/v1/datasets')
      return Response.json({ items: [], samples: [], total: 0, next: null })
    if (pathname === '/api/v1/models') return Response.json({ items: [], starters: [], total: 0, next: null })
    if (pathname === '/api/v1/runs') return Response.json({ items: [], total: 0, next: null })
    if (pathname === '/api/v1/queue') return Response.json([])
    return Response.json({ type: 'about:blank', title: 'no', status: 404, detail: 'no' }, { status: 404 })
  }
})

beforeEach(() => {
  document.title = 'before'
})

const head = (name: string) => screen.findByRole('heading', { level: 1, name })

test('whoever goes to another page begins at its heading', async () => {
  const user = userEvent.setup()
  showPage('/models')
  await head('Models')
  await user.click(screen.getByRole('link', { name: 'Runs' }))
  expect(await head('Runs')).toHaveFocus()
  expect(document.title).toBe('Runs · ModelForge')
})

test('each step of the way to a run begins at the heading, which says what it is about', async () => {
  const user = userEvent.setup()
  changeDraft({ dataset: 'sample:support' })
  showPage('/new?step=data')
  const title = await head('Fine-tune a model')
  expect(title).toHaveAccessibleDescription(/^Rows to learn from/)
  await user.click(screen.getByRole('link', { name: /Model$/ }))
  await waitFor(() => expect(title).toHaveAccessibleDescription(/^The model that learns/))
  expect(title).toHaveFocus()
})

test.each([
  ['/nowhere', 'There is no such page'],
  ['/compare', 'Nothing to compare'],
  ['/runs/nothing', 'It is not here'],
])('%s has a heading and a title of its own', async (address, name) => {
  showPage(address)
  await head(name)
  await waitFor(() => expect(document.title).toBe(`${name} · ModelForge`))
})
