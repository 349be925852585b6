import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { speak } from '@/lib/i18n'
import { showPage } from '@/testing/show-page'

vi.hoisted(() => {
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname === '/api/v1/runs') return Response.json({ items: [], total: 0, next: null })
    if (pathname !== '/api/v1/models') return Response.json([])
    const own = { id: 'one', name: 'my model', kind: 'full', mode: 'chat' }
    return Response.json({
      items: [own],
      starters: [{ id: 'starter:text', mode: 'text' }],
      total: 1,
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
