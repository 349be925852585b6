import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, test } from 'vitest'

import { useAllPages, useSearchedPages } from './use-searched-pages'

/** A list of so many numbers in pages of 100, of which some cannot be fetched. */
function show(total: number, isLost: (from: number) => boolean = () => false) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const asked: number[] = []
  const fetch = async (_: string, before: string | null) => {
    const from = Number(before ?? 0)
    asked.push(from)
    if (isLost(from)) throw new Error('lost')
    const items = Array.from({ length: Math.min(100, total - from) }, (_, index) => from + index)
    return { items, total, next: from + 100 < total ? String(from + 100) : null }
  }
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  )
  const shown = renderHook(
    ({ wanted }) => {
      const list = useSearchedPages({ queryKey: ['numbers'], fetch, short: 5 })
      return { list, going: useAllPages(list, wanted) }
    },
    { wrapper, initialProps: { wanted: false } },
  )
  return { ...shown, asked }
}

test('all pages are fetched when they are wanted, and not before', async () => {
  const { result, rerender, asked } = show(250)
  await waitFor(() => expect(result.current.list.items).toHaveLength(100))
  expect(asked).toEqual([0])
  rerender({ wanted: true })
  await waitFor(() => expect(result.current.list.items).toHaveLength(250))
  expect(result.current.going).toBe(false)
  expect(result.current.list.hasNextPage).toBe(false)
})

test('of a list without end so many are fetched and no more', async () => {
  const { result, rerender } = show(1_000_000)
  rerender({ wanted: true })
  await waitFor(() => expect(result.current.list.items).toHaveLength(500))
  await waitFor(() => expect(result.current.going).toBe(false))
  expect(result.current.list.hasNextPage).toBe(true)
})

test('a page that cannot be fetched is not asked for over and over', async () => {
  const { result, rerender, asked } = show(300, (from) => from === 100)
  await waitFor(() => expect(result.current.list.items).toHaveLength(100))
  rerender({ wanted: true })
  await waitFor(() => expect(result.current.list.isNextPageError).toBe(true))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(asked).toEqual([0, 100])
  expect(result.current.going).toBe(false)
})
