import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import type { Run } from '../api/runs'
import { MadeOf } from './made-of'

vi.hoisted(() => {
  globalThis.fetch = async (asked) => {
    const { pathname } = new URL((asked as Request).url)
    if (pathname.includes('gone'))
      return Response.json({ type: 'about:blank', title: 'no', status: 404, detail: 'no' }, { status: 404 })
    const known = pathname.endsWith('/datasets')
      ? { id: 'cls-20261129-140339-485577', name: 'cls.csv' }
      : { id: 'first-20261129-141316-e568', name: 'First run' }
    return Response.json({ items: [known], total: 1, samples: [], starters: [] })
  }
})

const made = (model: string, dataset: string) => show(<MadeOf run={{ config: { model, dataset } } as Run} />)

test('a run is told by the names of its model and its data, whose ids stand behind them', async () => {
  made('first-20261129-141316-e568', 'cls-20261129-140339-485577')
  expect(await screen.findByText('First run on cls.csv')).toHaveAttribute(
    'title',
    'first-20261129-141316-e568 · cls-20261129-140339-485577',
  )
})

test('what is bundled, or is not there any more, has no other name than its id', async () => {
  made('starter:encoder', 'gone-20261129')
  expect(await screen.findByText('starter:encoder on gone-20261129')).toBeInTheDocument()
})
