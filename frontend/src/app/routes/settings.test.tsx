import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { showPage } from '@/testing/show-page'

vi.hoisted(() => {
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname.endsWith('/session')) return Response.json({ name: 'me', scopes: ['admin'] })
    if (pathname.endsWith('/settings')) return Response.json({ home: '/srv/forge', max_upload_bytes: 1024 })
    return Response.json({ items: [], total: 0, libraries: {} })
  }
})

test('another theme adds no style of its own, which the policy of the page refuses', async () => {
  showPage('/settings')
  const dark = await screen.findByRole('radio', { name: 'Dark' })
  const made = vi.spyOn(document, 'createElement')
  await userEvent.click(dark)
  expect(dark).toBeChecked()
  expect(made.mock.calls.filter(([name]) => name === 'style')).toEqual([])
})

test('the settings tell in which file the API token is', async () => {
  showPage('/settings')
  expect(await screen.findByText(/or else the content of \/srv\/forge\/api-token$/)).toBeVisible()
})
