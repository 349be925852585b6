import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import type { Finding } from '../api/plans'
import { Findings } from './findings'

const BROKEN: Finding = {
  truth: 'one-bos',
  severity: 'error',
  message: 'Broken in 1,200 row(s), first in row 7: No row begins with two BOS tokens.',
  fix: "Remove the BOS token from the data's own text, or from the chat template.",
  rows: [7, 9],
  held_out_rows: [],
  total: 1200,
  code: 'one-bos',
  params: { count: 1200, first: 7 },
}
const CUT: Finding = {
  truth: 'rows-whole',
  severity: 'warning',
  message: '1 row(s) are longer than 2,048 tokens and are cut.',
  fix: 'Raise data.max_length to 3,000 to train on them whole.',
  rows: [2],
  held_out_rows: [],
  total: 1,
  code: 'rows-cut',
  params: { count: 1, limit: 2048, longest: 3000 },
}
const LEFT_OUT: Finding = {
  truth: 'answers-kept',
  severity: 'warning',
  message: '2 row(s) are not trained on; row 3: it has 3,000 tokens, more than max_length 2,048.',
  fix: 'Correct those rows; where they are too long, raise data.max_length above 2,048.',
  rows: [3, 8],
  held_out_rows: [],
  total: 2,
  code: 'rows-left-out',
  params: { count: 2, row: 3, reason: 'it has 3,000 tokens, more than max_length 2,048', limit: 2048 },
  reason: { code: 'too-many-tokens', params: { length: 3000, key: 'max_length', most: 2048 } },
}
const OF_A_PLUG_IN: Finding = {
  truth: 'rhymes',
  severity: 'error',
  message: 'Broken in 2 row(s), first in row 1: Every answer rhymes.',
  fix: 'Find a rhyme.',
  rows: [1, 2],
  held_out_rows: [],
  total: 2,
  code: null,
  params: { count: 2, first: 1 },
}

const shown = vi.fn()
const told = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)

test('in English findings are told in the server’s own words', () => {
  show(<Findings findings={[BROKEN, CUT]} onRow={shown} />)
  expect(told()[0]).toContain(BROKEN.message)
  expect(told()[1]).toContain(CUT.fix)
})

test('each row that is named is the way to its tokens', async () => {
  show(<Findings findings={[BROKEN]} onRow={shown} />)
  await userEvent.setup().click(screen.getByRole('button', { name: 'Show row 9 token by token' }))
  expect(shown).toHaveBeenLastCalledWith(9)
})

test('rows of the held-out dataset are named apart: their tokens are not there to be shown', () => {
  show(<Findings findings={[{ ...BROKEN, rows: [7], held_out_rows: [3, 1200] }]} onRow={shown} />)
  expect(told()[0]).toContain('Of data.validation_dataset: rows 3, 1,200')
  expect(screen.getAllByRole('button')).toHaveLength(1)
})

describe('in German', () => {
  beforeEach(() => speak('de'))
  afterEach(() => speak('en'))

  test('a broken truth is told with how often it is broken, its fix and its rows', () => {
    show(<Findings findings={[BROKEN]} onRow={shown} />)
    expect(told()).toEqual([
      'Verletzt in 1.200 Zeilen, zuerst in Zeile 7: Keine Zeile beginnt mit zwei BOS-Token.' +
        'Entfernen Sie das BOS-Token aus dem Text der Daten oder aus der Chat-Vorlage.' +
        'Zeilen 7, 9 von 1.200',
    ])
  })

  test('a truth that holds is told without any', () => {
    show(
      <Findings
        onRow={shown}
        findings={[
          {
            truth: 'one-bos',
            severity: 'ok',
            message: 'No row begins with two BOS tokens.',
            code: 'one-bos',
            fix: null,
            rows: [],
            held_out_rows: [],
            total: 0,
            params: {},
          },
        ]}
      />,
    )
    expect(told()).toEqual(['Keine Zeile beginnt mit zwei BOS-Token.'])
  })

  test('what else is found is told with its numbers, one row in the singular', () => {
    show(<Findings findings={[CUT]} onRow={shown} />)
    expect(told()[0]).toContain('1 Zeile ist länger als 2.048 Token und wird gekürzt.')
    expect(told()[0]).toContain('Erhöhen Sie data.max_length auf 3.000')
  })

  test('why rows are left out is told in German too', () => {
    show(<Findings findings={[LEFT_OUT]} onRow={shown} />)
    expect(told()[0]).toContain(
      '2 Zeilen werden nicht trainiert; Zeile 3: sie hat 3.000 Token, mehr als max_length 2.048.',
    )
  })

  test('a reason that the page does not know is told as the server tells it', () => {
    show(
      <Findings
        findings={[{ ...LEFT_OUT, reason: { code: 'newer-reason' as never, params: {} } }]}
        onRow={shown}
      />,
    )
    expect(told()[0]).toContain(
      '2 Zeilen werden nicht trainiert; Zeile 3: it has 3,000 tokens, more than max_length 2,048.',
    )
  })

  test('what a plug-in finds is told as it speaks', () => {
    show(<Findings findings={[OF_A_PLUG_IN]} onRow={shown} />)
    expect(told()[0]).toContain(`${OF_A_PLUG_IN.message}${OF_A_PLUG_IN.fix}`)
  })
})
