import { screen } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'

import { showPage } from '@/testing/show-page'

const ids = Array.from({ length: 8 }, (_, index) => `support-chat-${index}`)

vi.hoisted(() => {
  globalThis.fetch = async (asked) => {
    const { pathname, searchParams } = new URL((asked as Request).url)
    const id = pathname.split('/')[4]
    if (pathname.endsWith('/compare')) {
      const runs = searchParams.getAll('ids')
      return Response.json({ runs, settings: {}, metrics: { rouge1: runs.map((_, index) => index / 10) } })
    }
    if (pathname.endsWith('/metrics')) {
      const loss = { steps: [1, 2], values: [2, 1], total: 2 }
      return Response.json({ series: { loss }, last_seq: 2 })
    }
    if (pathname === '/api/v1/runs') return Response.json({ items: [], total: 0, next: null })
    const name = id === 'support-chat-1' ? 'another' : 'support-chat'
    return Response.json({ id, name, status: 'succeeded' })
  }
})

// A canvas is nothing that jsdom can draw.
vi.mock('@/components/chart/plot', () => ({ Plot: () => null }))

const complaints = vi.spyOn(console, 'error')
beforeEach(() => complaints.mockClear())

test('runs of one name are told apart, in the legend, in the tables and by how they are drawn', async () => {
  showPage(`/compare?ids=${encodeURIComponent(JSON.stringify(ids))}`)
  const heads = await screen.findAllByRole('columnheader', {}, { timeout: 5_000 })
  const named = ['support-chat-0', 'another', ...ids.slice(2)]
  expect(heads.slice(1).map((head) => head.textContent)).toEqual(named)
  const legend = screen.getByText('Training loss, smoothed').nextElementSibling
  const entries = [...(legend?.children ?? [])]
  expect(entries.map((entry) => entry.textContent)).toEqual(named.map((name) => `${name} 1.474`))
  const looks = entries.map((entry) => entry.querySelector('i, svg')?.outerHTML)
  expect(new Set(looks).size).toBe(ids.length)
  expect(complaints.mock.calls.filter(([words]) => String(words).includes('same key'))).toEqual([])
})
