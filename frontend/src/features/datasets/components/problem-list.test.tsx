import { screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import type { DataProblem } from '../api/datasets'
import { ProblemList } from './problem-list'

const EMPTY: DataProblem = {
  file: 'rows.jsonl',
  line: 3,
  column: 'input',
  kind: 'empty-value',
  found: "' '",
  expected: 'text',
  fix: 'Fill in the text, or remove the row.',
  phrases: {},
  alike: 1,
}
const TWICE: DataProblem = {
  file: 'rows.csv',
  line: 1,
  column: 'a',
  kind: 'ragged-row',
  found: "1234 cells: ['{{most}}', '$t(data.title)']",
  expected: '2 cells: a, b',
  fix: 'Put cells that hold the delimiter or a line break in double quotes.',
  alike: 1,
  phrases: {
    found: { code: 'cells', params: { number: 1234, cells: "['{{most}}', '$t(data.title)']" } },
    expected: { code: 'cells', params: { number: 2, cells: 'a, b' } },
  },
}

const list = (...problems: DataProblem[]) =>
  show(<ProblemList title="Faults" problems={problems} total={problems.length} />)
const first = () => screen.getAllByRole('listitem')[0]

test('in English a problem is told in the server’s own words', () => {
  list(EMPTY)
  expect(first()).toHaveTextContent(EMPTY.expected)
  expect(first()).toHaveTextContent(EMPTY.fix)
})

test('many that are mended in one go are told once, with how many they are; others stay apart', () => {
  const latin = Array.from({ length: 18 }, (_, index) => ({
    ...EMPTY,
    line: index + 2,
    column: null,
    kind: 'invalid-utf-8' as const,
    found: `byte 0xFC at byte ${index}`,
    alike: 30,
    last_line: 31,
  }))
  const two = [4, 9].map((line) => ({ ...EMPTY, line, alike: 2, last_line: 9 }))
  show(<ProblemList title="Faults" problems={[...latin, ...two]} total={35} />)
  expect(screen.getAllByRole('listitem')).toHaveLength(3)
  expect(first()).toHaveTextContent('30 lines (2–31)found first byte 0xFC at byte 0')
  expect(screen.getByText('Line 4 · input')).toBeInTheDocument()
  expect(screen.getByText('Line 9 · input')).toBeInTheDocument()
  expect(screen.getByText('and 3 more problems')).toBeInTheDocument()
})

describe('in German', () => {
  beforeEach(() => speak('de'))
  afterEach(() => speak('en'))

  test('what is said of every problem of a kind is German, and the value stays as it is', () => {
    list(EMPTY)
    expect(first()).toHaveTextContent(
      "Zeile 3 · inputgefunden: ' ', erwartet: TextTragen Sie den Text ein, oder entfernen Sie die Zeile.",
    )
  })

  test('what is said of one problem alone is German with its values, which are never read as texts', () => {
    list(TWICE)
    expect(first()).toHaveTextContent("gefunden: 1.234 Zellen: ['{{most}}', '$t(data.title)']")
    expect(first()).toHaveTextContent('erwartet: 2 Zellen: a, b')
    expect(first()).toHaveTextContent('Setzen Sie Zellen, die das Trennzeichen')
  })

  test('a kind that the page does not know is told in the server’s words', () => {
    list({ ...EMPTY, kind: 'newer-kind' as never })
    expect(first()).toHaveTextContent(EMPTY.expected)
    expect(first()).toHaveTextContent(EMPTY.fix)
  })
})
