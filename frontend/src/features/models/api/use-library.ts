import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { libraryQuery, type ModelPage } from './models'

const QUIET_MS = 250

/** One's own models, searched by the server and fetched page by page: all of them can be reached. */
export function useLibrary(atOnce: number) {
  const [text, setText] = useState('')
  const [settled] = useDebouncedValue(text.trim(), QUIET_MS)
  const pages = useInfiniteQuery({ ...libraryQuery(settled, atOnce), placeholderData: keepPreviousData })
  const { first, models, found } = read(pages.data?.pages)
  const searching = text !== '' || settled !== '' || pages.isPlaceholderData
  return {
    text,
    setText,
    first,
    models,
    found,
    error: first === undefined ? pages.error : null,
    isPending: pages.isPending,
    /** There is no model at all, found or not. */
    isEmpty: first !== undefined && found === 0 && !searching,
    /** Whether there are more than are shown at once, or a search is going on. */
    isLong: searching || found > atOnce,
    hasNextPage: pages.hasNextPage,
    isFetchingNextPage: pages.isFetchingNextPage,
    more: () => void pages.fetchNextPage(),
  }
}

function read(pages: ModelPage[] = []) {
  const [first] = pages
  return { first, models: pages.flatMap(({ items }) => items), found: first?.total ?? 0 }
}

export type Library = ReturnType<typeof useLibrary>
