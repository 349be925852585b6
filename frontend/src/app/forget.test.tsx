import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render, renderHook, screen } from '@testing-library/react'
import { expect, test } from 'vitest'

import { talkWith, useAskedHow } from '@/features/playground/api/kept-talk'
import { SignedIn } from '@/features/session/components/signed-in'
import { changeDraft, useDraft } from '@/features/tuning/api/draft'
import { readToken, setToken } from '@/lib/session/session'

import { forgetAtSignOut } from './forget'
import { queryClient } from './query-client'

function Seen() {
  const { data } = useQuery({
    queryKey: ['run', 'one'],
    queryFn: () => `seen with ${readToken()}`,
    staleTime: Infinity,
  })
  return (
    <p>
      {data}, draft {useDraft().dataset ?? 'empty'}
    </p>
  )
}

test('what one account has seen is not there for the next, not even where the token changes under the page', async () => {
  const stop = forgetAtSignOut()
  setToken('ada')
  changeDraft({ dataset: 'of-ada' })
  const { result: asked, unmount } = renderHook(() => useAskedHow('one'))
  act(() => asked.current.setSystem('of ada'))
  unmount()
  render(
    <QueryClientProvider client={queryClient}>
      <SignedIn>
        <Seen />
      </SignedIn>
    </QueryClientProvider>,
  )
  await screen.findByText('seen with ada, draft of-ada')
  act(() => setToken('bob'))
  await screen.findByText('seen with bob, draft empty')
  expect(talkWith('one').system).toBe('')
  expect(sessionStorage.getItem('modelforge-draft')).not.toContain('of-ada')
  stop()
})
