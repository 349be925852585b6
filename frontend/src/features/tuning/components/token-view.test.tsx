import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import type { RowPreview } from '../api/plans'
import { TokenView } from './token-view'

test('of a very long row some tokens are drawn, and more when asked for', async () => {
  const more = vi.fn()
  const tokens = [{ id: 1, text: 'hello', role: 'trained' as const }]
  show(<TokenView rows={[{ row: 1, tokens, more: 12_345 }]} fetching={false} onMore={more} />)
  expect(screen.getByText('12,346 tokens', { exact: false })).toBeInTheDocument()
  expect(screen.queryByText('End of the row.')).toBeNull()
  await userEvent.setup().click(screen.getByRole('button', { name: '12,345 more tokens' }))
  expect(more).toHaveBeenCalledTimes(1)
})

const ROW: RowPreview = {
  row: 1,
  more: 0,
  tokens: (
    [
      ['Why', 'ignored'],
      ['?', 'ignored'],
      ['Be', 'trained'],
      ['cause', 'trained'],
      ['so', 'cut'],
    ] as const
  ).map(([text, role], id) => ({ id, text, role })),
}

test.each([
  ['en', 'Read, not learnt, from here: Why? Learnt from here: Because Dropped from here: so End of the row.'],
  [
    'de',
    'Ab hier gelesen, nicht gelernt: Why? Ab hier gelernt: Because Ab hier fällt weg: so Ende der Zeile.',
  ],
] as const)(
  'what is learnt of a row, and what is not, can be heard as well as seen: %s',
  async (language, words) => {
    await speak(language)
    show(<TokenView rows={[ROW]} fetching={false} onMore={() => undefined} />)
    expect(screen.getByText('Why').parentElement).toHaveTextContent(words)
    await speak('en')
  },
)
