import { screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { speak } from '@/lib/i18n'
import { showPage } from '@/testing/show-page'

vi.hoisted(() => {
  const starter = (name: string) => ({
    id: `starter:${name}`,
    mode: 'chat',
    parameters: 6_163_712,
    description: `What ${name} does.`,
  })
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname !== '/api/v1/models') return Response.json([])
    const starters = [starter('chat'), starter('newer')]
    const unreadable = [
      {
        id: 'bad-one',
        error: { message: 'In English.', code: 'file-damaged', params: { path: '/m', reason: 'why' } },
      },
      { id: 'worse-one', error: { message: 'As the server says.', code: null, params: {} } },
    ]
    return Response.json({ items: [], starters, unreadable, total: 0, next: null })
  }
})

beforeEach(() => speak('de'))
afterEach(() => speak('en'))

test('bundled models are described in German, and one that the texts do not know in the server’s words', async () => {
  showPage('/models')
  expect(await screen.findByText('Kopiert, liest aus', { exact: false })).toBeInTheDocument()
  expect(screen.queryByText('What chat does.')).toBeNull()
  expect(screen.getByText('What newer does.')).toBeInTheDocument()
})

test('a model whose manifest cannot be read is named, with the reason in German where the texts know it', async () => {
  showPage('/models')
  expect(
    await screen.findByText('bad-one: /m ist beschädigt: why. worse-one: As the server says.'),
  ).toBeInTheDocument()
})
