import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'

const QUIET_MS = 250
/** As many as are fetched at most when all are wanted. */
const MOST = 500

interface Page {
  items: readonly unknown[]
  /** Those on all pages. */
  total: number
  /** What the page behind begins after; nothing on the last one. */
  next?: string | null
}

interface Source<One extends Page> {
  queryKey: readonly unknown[]
  /** Fetch a page of what a text finds; an empty one finds everything. */
  fetch: (text: string, before: string | null, signal: AbortSignal) => Promise<One>
  /** How many are found by looking. */
  short: number
  /** How long the pages that are shown stay as they are, in milliseconds; forever where nothing is said. */
  refetchInterval?: (pages: One[]) => number
  enabled?: boolean
  /** Whether only some of the list are asked for, whatever is searched. */
  narrowed?: boolean
}

/** A list that the server searches and hands out page by page: all of it can be reached. */
export function useSearchedPages<One extends Page>({
  queryKey,
  fetch,
  short,
  refetchInterval,
  enabled = true,
  narrowed,
}: Source<One>) {
  const [text, setText] = useState('')
  const [settled] = useDebouncedValue(text.trim(), QUIET_MS)
  const pages = useInfiniteQuery({
    queryKey: [...queryKey, 'pages', settled],
    queryFn: ({ signal, pageParam }) => fetch(settled, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: One) => page.next,
    placeholderData: keepPreviousData,
    enabled,
    refetchInterval: ({ state }) => refetchInterval?.(state.data?.pages ?? []) ?? false,
  })
  const items = useMemo(
    () => pages.data?.pages.flatMap((page): One['items'][number][] => [...page.items]) ?? [],
    [pages.data],
  )
  const first = pages.data?.pages[0]
  const found = first?.total ?? 0
  const isNarrowed = [narrowed, text !== ''].some(Boolean)
  const searching = [isNarrowed, settled !== '', pages.isPlaceholderData].some(Boolean)
  return {
    text,
    setText,
    first,
    items,
    found,
    error: first === undefined ? pages.error : null,
    /** Why the page behind did not come. */
    nextError: pages.isFetchNextPageError ? pages.error : null,
    isPending: pages.isPending,
    /** There is nothing at all, found or not. */
    isEmpty: first !== undefined && found === 0 && !searching,
    /** Whether there are more than are found by looking, or a search is going on. */
    isLong: searching || found > short,
    /** Whether what is not found may still be there. */
    isNarrowed,
    hasNextPage: pages.hasNextPage,
    isFetchingNextPage: pages.isFetchingNextPage,
    isNextPageError: pages.isFetchNextPageError,
    more: () => void pages.fetchNextPage(),
  }
}

export type SearchedPages = Omit<ReturnType<typeof useSearchedPages>, 'first' | 'items'>

/** Fetch page after page while all of a list is wanted, up to a bound. Returns whether more of it are on their way. */
export function useAllPages(list: SearchedPages & { items: readonly unknown[] }, wanted: boolean): boolean {
  const { hasNextPage, isFetchingNextPage, isNextPageError, more, items } = list
  const going = wanted && hasNextPage && !isNextPageError && items.length < MOST
  const { length } = items
  useEffect(() => {
    if (going && !isFetchingNextPage) more()
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `more` is another one at each drawing
  }, [going, isFetchingNextPage, length])
  return going
}
