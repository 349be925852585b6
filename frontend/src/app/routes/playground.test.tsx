import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { speak } from '@/lib/i18n'
import { showPage } from '@/testing/show-page'

vi.hoisted(() => {
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname === '/api/v1/session') return Response.json({ name: 'me', scopes: [] })
    if (pathname === '/api/v1/runs') return Response.json({ items: [], total: 0, next: null })
    if (pathname === '/api/v1/models/deleted') {
      const problem = { type: 'about:blank', title: 'no', status: 404, detail: 'It is not here.' }
      return Response.json(problem, { status: 404 })
    }
    if (pathname !== '/api/v1/models') return Response.json([])
    const own = { id: 'one', name: 'my model', kind: 'full', mode: 'chat', base_model: 'starter:chat' }
    const adapter = { ...own, id: 'two', name: 'my adapter', kind: 'adapter' }
    return Response.json({
      items: [own, adapter],
      starters: [{ id: 'starter:text', mode: 'text' }],
      total: 2,
      next: null,
    })
  }
})

/** Letters that the field has room for on a screen of 360 pixels. */
const ROOM = 22

test.each([
  ['en', 'one', 'Enter sends'],
  ['en', 'starter:text', 'Enter sends'],
  ['de', 'one', 'Enter sendet'],
  ['de', 'starter:text', 'Enter sendet'],
] as const)(
  'in %s, what %s is to be asked fits where it is written, and how stands above',
  async (language, model, how) => {
    await speak(language)
    showPage(`/playground?model=${model}`)
    expect(await screen.findByText(how, { exact: false })).toBeInTheDocument()
    const field = screen.getByRole('textbox', { name: language === 'en' ? 'Ask something' : 'Etwas fragen' })
    expect(field.getAttribute('placeholder')?.length).toBeLessThanOrEqual(ROOM)
    await speak('en')
  },
)

test.each([
  ['one', false],
  ['two', true],
])('%s can be compared with its base, at first where that costs nothing', async (model, isOnAtFirst) => {
  showPage(`/playground?model=${model}`)
  const compare = await screen.findByRole('switch', { name: 'Base side by side' })
  expect((compare as HTMLInputElement).checked).toBe(isOnAtFirst)
})

test('a bundled model was made from nothing that it could be compared with', async () => {
  showPage('/playground?model=starter:text')
  await screen.findByText('Paste a text.', { exact: false })
  expect(screen.queryByRole('switch', { name: 'Base side by side' })).toBeNull()
})

test('a model that is not there is named, and cannot be asked', async () => {
  showPage('/playground?model=deleted')
  expect(await screen.findByText(/^There is no model deleted/)).toBeInTheDocument()
  await userEvent.type(screen.getByRole('textbox', { name: 'Ask something' }), 'Are you there?')
  expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled()
})
