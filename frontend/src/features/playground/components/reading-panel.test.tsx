import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'

import { forgetTalks } from '../api/kept-talk'
import { parted } from '../api/predict'
import { predictCurl, predictPython } from '../api/snippets'
import { ReadingPanel } from './reading-panel'

const server = vi.hoisted(() => {
  const state: { sent: unknown[]; said: object } = { sent: [], said: {} }
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    const request = asked as Request
    if (request.url.endsWith('/session')) return Response.json({ name: 'me', scopes: [] })
    if (request.method !== 'POST') return Response.json({ status: 'empty', waiting: 0 })
    state.sent.push(await request.json())
    return Response.json({ model: 'one', seconds: 0.1, predictions: [state.said] })
  }
  return state
})
beforeEach(() => {
  server.sent = []
  forgetTalks()
})

test('a classifier is given a text, and shows every class, the likeliest first', async () => {
  server.said = {
    mode: 'labels',
    label: 'late',
    probability: 0.8,
    scores: { lost: 0.15, late: 0.8, '<b>': 0.05 },
  }
  const user = userEvent.setup()
  show(<ReadingPanel model="one" mode="labels" choice={null} />)
  expect(screen.getByRole('button', { name: 'Classify' })).toHaveProperty('disabled', true)
  await user.type(screen.getByRole('textbox', { name: 'Text' }), 'Where is my parcel?')
  await user.click(screen.getByRole('button', { name: 'Classify' }))
  const classes = await screen.findByRole('list', { name: /Classes/ })
  const lines = within(classes).getAllByRole('listitem')
  expect(lines.map((line) => line.textContent)).toEqual(['late80%', 'lost15%', '<b>5%'])
  expect(server.sent).toEqual([{ model: 'one', inputs: [{ text: 'Where is my parcel?' }] }])
  expect(screen.queryByText('Base side by side')).toBeNull()
})

test('an answer is marked where it stands in the text', async () => {
  const context = '🙂 Ada lives in Rome. Bob in Rome, too.'
  server.said = { mode: 'span', answer: 'Rome', answer_start: 15, answer_end: 19, score: 3, probability: 0.9 }
  const user = userEvent.setup()
  show(<ReadingPanel model="one" mode="span" choice={null} />)
  await user.type(screen.getByRole('textbox', { name: 'Text to look in' }), context)
  await user.type(screen.getByRole('textbox', { name: 'Question' }), 'Where is Ada?')
  await user.keyboard('{Enter}')
  const marked = await screen.findByRole('group', { name: /marked/ })
  expect(marked.textContent).toBe(context)
  expect(marked.querySelector('mark')?.textContent).toBe('Rome')
  expect(screen.getByText('Probability 90%')).toBeTruthy()
  expect(server.sent).toEqual([{ model: 'one', inputs: [{ text: 'Where is Ada?', context }] }])
})

test('a text that does not say is no answer', async () => {
  server.said = {
    mode: 'span',
    answer: '',
    answer_start: null,
    answer_end: null,
    score: -2,
    probability: 0.7,
  }
  const user = userEvent.setup()
  show(<ReadingPanel model="one" mode="span" choice={null} />)
  await user.type(screen.getByRole('textbox', { name: 'Text to look in' }), 'Ada lives in Rome.')
  await user.type(screen.getByRole('textbox', { name: 'Question' }), 'Who is Bob?')
  await user.click(screen.getByRole('button', { name: 'Find the answer' }))
  await screen.findByText('The text does not say.')
})

test('what was typed and what was said of it are there again after a reload of the tab', async () => {
  server.said = { mode: 'labels', label: 'late', probability: 0.8, scores: { late: 0.8, lost: 0.2 } }
  const user = userEvent.setup()
  const { unmount } = show(<ReadingPanel model="one" mode="labels" choice={null} />)
  await user.type(screen.getByRole('textbox', { name: 'Text' }), 'Where is it?')
  await user.click(screen.getByRole('button', { name: 'Classify' }))
  await screen.findByRole('list', { name: /Classes/ })
  await user.type(screen.getByRole('textbox', { name: 'Text' }), ' And when')
  window.dispatchEvent(new Event('pagehide'))
  unmount()

  vi.resetModules()
  const { ReadingPanel: Reloaded } = await import('./reading-panel')
  show(<Reloaded model="one" mode="labels" choice={null} />)
  expect(screen.getByRole('textbox', { name: 'Text' })).toHaveValue('Where is it? And when')
  expect(screen.getByRole('list', { name: /Classes/ })).toHaveTextContent('late80%')
  expect(server.sent, 'nothing is asked again').toHaveLength(1)
})

test('what was typed for one model is not there for another, nor for the next account', async () => {
  const user = userEvent.setup()
  const { unmount } = show(<ReadingPanel model="one" mode="labels" choice={null} />)
  await user.type(screen.getByRole('textbox', { name: 'Text' }), 'Mine')
  unmount()
  const other = show(<ReadingPanel model="two" mode="labels" choice={null} />)
  expect(screen.getByRole('textbox', { name: 'Text' })).toHaveValue('')
  other.unmount()
  forgetTalks()
  show(<ReadingPanel model="one" mode="labels" choice={null} />)
  expect(screen.getByRole('textbox', { name: 'Text' })).toHaveValue('')
})

test('places are counted in characters as Unicode has them', () => {
  expect(parted('🙂🙂a🙂', 1, 3)).toEqual(['🙂', '🙂a', '🙂'])
})

test('a text with quotes stays one argument of the shell and one text in Python', () => {
  const call = { origin: 'http://127.0.0.1:8000', model: 'one', inputs: [{ text: 'it\'s "so"' }] }
  expect(predictCurl(call)).toContain(`it'\\''s \\"so\\"`)
  expect(predictPython(call)).toContain(`"it's \\"so\\""`)
})
