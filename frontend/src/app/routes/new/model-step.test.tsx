import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { changeDraft, resetDraft } from '@/features/tuning/api/draft'
import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import { ModelStep } from './model-step'

vi.hoisted(() => {
  const model = (name: string, task: string, mode: string | null) => ({
    id: name,
    name,
    task,
    mode,
    kind: 'adapter',
    base_model: 'starter:chat',
  })
  const items = [
    ...Array.from({ length: 9 }, (_, n) => model(`finder${n}`, 'token-search', 'labels')),
    model('writer', 'text-generation', 'chat'),
    model('asked', 'extractive-question-answering', 'chat'),
    model('marker', 'extractive-question-answering', 'span'),
    model('sorter', 'text-classification', 'labels'),
    model('judge', 'reward', null),
  ]
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    const { pathname, searchParams } = new URL((asked as Request).url)
    if (pathname === '/api/v1/models') {
      const task = searchParams.get('task')
      const found = items.filter((one) => task === null || one.task === task)
      const page = found.slice(0, Number(searchParams.get('limit')))
      return Response.json({ items: page, starters: [], total: found.length, next: null })
    }
    const [, own] = pathname.split('/api/v1/models/')
    if (own) return Response.json(items.find(({ id }) => id === own))
    if (pathname === '/api/v1/hub/models')
      return Response.json([
        { id: 'own/one', task: 'text-classification' },
        { id: 'own/two', task: 'fill-mask' },
      ])
    if (pathname === '/api/v1/hardware/models')
      return Response.json([
        {
          id: 'starter:chat',
          note: 'bundled, for learning the workflow and for tests',
          note_code: 'starter',
          parameters: 1,
          memory_bytes: 1,
          license: 'Apache-2.0',
        },
      ])
    return Response.json([])
  }
})

beforeEach(() => {
  resetDraft()
  changeDraft({ dataset: 'one', suited: {} })
})

async function offered(): Promise<(string | undefined)[]> {
  const library = within(await screen.findByRole('region', { name: 'From your library' }))
  const rows = await library.findAllByRole('button', { pressed: false })
  return rows.map((one) => /^(\w+)from/.exec(one.textContent)?.[1])
}

test.each([
  ['text-generation', ['writer'], '13 models were made for other tasks'],
  ['text-classification', ['sorter'], '13 models were made for other tasks'],
])(
  'for %s are offered the own models made for it, however many others are newer',
  async (task, names, words) => {
    changeDraft({ suited: { task } })
    show(<ModelStep onNext={() => undefined} />)
    expect(await offered()).toEqual(names)
    expect(screen.getByText(words, { exact: false })).toBeInTheDocument()
  },
)

test('all are offered on demand, each with what it was made for', async () => {
  const user = userEvent.setup()
  show(<ModelStep onNext={() => undefined} />)
  await user.click(await screen.findByRole('button', { name: 'Show all' }))
  expect(await screen.findByRole('button', { name: /^finder0/ })).toHaveTextContent('token-search')
  expect(await offered()).toHaveLength(8)
  expect(screen.queryByRole('button', { name: 'Show all' })).toBeNull()
})

test('the model that is chosen is there, whatever it was made for', async () => {
  changeDraft({ model: 'marker' })
  show(<ModelStep onNext={() => undefined} />)
  expect(await screen.findByRole('button', { name: /^marker/, pressed: true })).toBeInTheDocument()
})

test('what a model of the hub is for is said in words where there are some', async () => {
  const user = userEvent.setup()
  show(<ModelStep onNext={() => undefined} />)
  await user.type(screen.getByRole('textbox', { name: 'Name, or owner/name' }), 'own')
  expect(await screen.findByRole('button', { name: /^own\/one/ })).toHaveTextContent('Text classification')
  expect(screen.getByRole('button', { name: /^own\/two/ })).toHaveTextContent('fill-mask')
})

test.each([
  ['en', 'bundled, for learning the workflow and for tests'],
  ['de', 'mitgeliefert, um den Ablauf kennenzulernen und für Tests'],
] as const)('what a recommended model is good for is told in %s', async (language, note) => {
  await speak(language)
  show(<ModelStep onNext={() => undefined} />)
  expect(await screen.findByText(note)).toBeInTheDocument()
  await speak('en')
})
