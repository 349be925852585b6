import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'

import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import type { RunEvent } from '../api/run-events'
import { attemptsOf } from '../api/story'
import { Story } from './story'

const event = (seq: number, time: number, kind: string, data: object) =>
  ({ seq, epoch: 1, time, kind, data }) as RunEvent

const TRAINING = [
  event(1, 0, 'state', { status: 'running' }),
  event(2, 0, 'stage', { name: 'load', detail: 'starter:chat' }),
  event(3, 5, 'stage', { name: 'train' }),
  event(4, 41, 'checkpoint', { step: 50 }),
  event(5, 60, 'notice', { text: 'Smaller passes.' }),
  event(6, 84, 'checkpoint', { step: 100 }),
]

/** The chapters, each with what is told in it. */
function chapters() {
  const [whole] = screen.getAllByRole('list')
  return [...(whole?.children ?? [])].map((one) => ({
    head: one.firstElementChild?.textContent,
    told: [...one.querySelectorAll('li')].map(({ textContent }) => textContent),
    now: one.getAttribute('aria-current') === 'step',
  }))
}

test('a checkpoint is told in its stage, takes no time, and the stage that goes on is the live one', () => {
  show(<Story events={TRAINING} working />)
  expect(chapters()).toEqual([
    { head: 'Loading the modelstarter:chat5 sec', told: [], now: false },
    {
      head: 'Training',
      told: ['Checkpoint at step 50', 'Smaller passes.', 'Checkpoint at step 100'],
      now: true,
    },
  ])
})

test('a stage lasts until the next one, and the last one until the run has ended', () => {
  const events = [
    ...TRAINING,
    event(7, 95, 'stage', { name: 'publish' }),
    event(8, 96, 'model', { id: 'my-model' }),
    event(9, 99, 'state', { status: 'succeeded' }),
  ]
  show(<Story events={events} working={false} />)
  expect(chapters().map(({ head, now }) => [head, now])).toEqual([
    ['Loading the modelstarter:chat5 sec', false],
    ['Training1 min 30 sec', false],
    ['Publishing the model4 sec', false],
  ])
  expect(chapters()[2]?.told).toEqual(['In the librarymy-model'])
})

test('what ends a stage is told in it, and what comes before the next one stands by itself and is not live', () => {
  const events = [
    ...TRAINING,
    event(7, 90, 'state', { status: 'queued', reason: 'worker_died' }),
    event(8, 300, 'state', { status: 'starting' }),
    event(9, 301, 'notice', { text: 'Going on from checkpoint-100.' }),
  ]
  show(<Story events={events} working />)
  const [, training, after] = chapters()
  expect(training?.head).toBe('Training1 min 25 sec')
  expect(training?.told.at(-1)).toMatch(/^The worker died/)
  expect(after).toEqual({ head: 'Going on from checkpoint-100.', told: [], now: false })
  expect(chapters().some(({ now }) => now)).toBe(false)
})

test('how many answers are written is told of the stage in which they are', () => {
  const events = [
    event(1, 0, 'stage', { name: 'measure the base model' }),
    event(2, 9, 'generation', { phase: 'base', done: 3, total: 8 }),
  ]
  show(<Story events={events} working />)
  expect(within(screen.getByRole('listitem')).getByText('3 of 8 answers written')).toBeInTheDocument()
})

test('how much of the model is fetched is told while it is', () => {
  const events = [
    event(1, 0, 'stage', { name: 'load', detail: 'own/heavy' }),
    event(2, 9, 'download', { done: 2 ** 29, total: 2 ** 31 }),
  ]
  show(<Story events={events} working />)
  expect(within(screen.getByRole('listitem')).getByText('512 MiB of 2 GiB fetched')).toBeInTheDocument()
})

test('why a run failed is told in German where the page knows the error', async () => {
  const data = { message: 'The disk is full.', hint: 'Free some space.', code: 'disk-full', params: {} }
  await speak('de')
  show(
    <Story events={[event(1, 0, 'stage', { name: 'train' }), event(2, 9, 'error', data)]} working={false} />,
  )
  expect(screen.getByText('Die Platte ist voll.')).toBeInTheDocument()
  expect(screen.getByText(/^Schaffen Sie Platz und setzen Sie den Lauf dann fort/)).toBeInTheDocument()
  await speak('en')
})

test('what is remarked on the way is told in German, and in its own words where the page knows no others', async () => {
  const error = {
    message: 'This stage did not begin.',
    code: 'earlier-stage-failed',
    params: { run: 'first' },
  }
  const rows = { code: 'held-out-rows', params: { count: 1200 } }
  const on = { code: 'going-on-from', params: { checkpoint: 'checkpoint-50' } }
  await speak('de')
  show(
    <Story
      events={[
        event(1, 0, 'stage', {
          name: 'measure the base model',
          detail: '1200 held-out rows',
          remark: rows,
        }),
        event(2, 5, 'notice', { text: 'Going on from checkpoint-50.', remark: on }),
        event(3, 6, 'notice', { text: 'This stage did not begin. Resume.', error }),
        event(4, 7, 'notice', { text: 'Smaller passes.' }),
      ]}
      working={false}
    />,
  )
  expect(screen.getByText('zurückgehaltene Zeilen: 1.200')).toBeInTheDocument()
  expect(chapters()[0]?.told).toEqual([
    'Weiter ab checkpoint-50.',
    'Diese Stufe begann nicht: Der Lauf first, auf dessen Modell sie aufbaut, ist nicht gelungen. Setzen Sie jenen fort, dann folgt dieser von selbst; gibt es ihn nicht mehr, beginnen Sie das Rezept neu.',
    'Smaller passes.',
  ])
  await speak('en')
})

const inAttempt = (epoch: number, seq: number, kind: string, data: object) =>
  ({ ...event(seq, seq, kind, data), epoch }) as RunEvent

test('that a worker has died is told once, and no checkpoint is promised', () => {
  const died = { code: 'worker-died', params: {} }
  const events = [
    inAttempt(1, 1, 'state', { status: 'starting' }),
    inAttempt(1, 2, 'stage', { name: 'load' }),
    inAttempt(2, 3, 'notice', { text: 'The worker died. Another attempt begins.', remark: died }),
    inAttempt(2, 4, 'state', { status: 'queued', reason: 'worker_died' }),
  ]
  show(<Story events={events} working />)
  expect(chapters()[0]?.told).toEqual(['The worker died. Another attempt begins.'])
})

test.each([
  ['en', 'Resumed'],
  ['de', 'Fortgesetzt'],
] as const)('a resume is told in words, in %s, and is no attempt of its own', async (language, words) => {
  const events = [
    inAttempt(1, 1, 'state', { status: 'starting' }),
    inAttempt(1, 2, 'state', { status: 'stopped' }),
    inAttempt(2, 3, 'state', { status: 'queued', reason: 'resumed' }),
    inAttempt(3, 4, 'state', { status: 'starting' }),
  ]
  await speak(language)
  show(<Story events={events} working />)
  expect(chapters().map(({ head }) => head)).toEqual([words])
  expect(attemptsOf(events)).toBe(2)
  await speak('en')
})
