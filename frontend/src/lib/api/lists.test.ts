import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, test } from 'vitest'

import { renewLists } from './lists'

test('lists that are shown are read again, those that are not are forgotten, and others stay', async () => {
  const queries = new QueryClient()
  let read = 0
  const shown = new QueryObserver(queries, { queryKey: ['models', 50], queryFn: () => (read += 1) })
  const leave = shown.subscribe(() => undefined)
  queries.setQueryData(['models', 8, 'pages', 'support'], ['one'])
  queries.setQueryData(['runs', { limit: 50 }], ['one'])
  await renewLists(queries, 'models')
  expect(queries.getQueryData(['models', 8, 'pages', 'support'])).toBeUndefined()
  expect(queries.getQueryData(['models', 50])).toBe(read)
  expect(read).toBeGreaterThan(0)
  expect(queries.getQueryData(['runs', { limit: 50 }])).toEqual(['one'])
  leave()
})
