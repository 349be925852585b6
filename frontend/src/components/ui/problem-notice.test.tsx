import { screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { Problem } from '@/lib/api/problem'
import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import { ErrorText } from './error-text'
import { ProblemNotice } from './problem-notice'

const problem = (body: object) =>
  new Problem({
    type: 'urn:modelforge:conflict',
    title: 'Conflict',
    status: 409,
    detail: 'The conversation has 5,000 tokens; the model reads at most 4,096.',
    hint: 'Shorten the message, or begin a new conversation.',
    ...body,
  })
const KNOWN = { code: 'conversation-too-long', params: { tokens: 5000, limit: 4096 } }

beforeEach(() => speak('de'))
afterEach(() => speak('en'))

test('an error that the page knows by its code is told in German, with what to do', () => {
  show(<ProblemNotice error={problem(KNOWN)} />)
  expect(screen.getByRole('alert')).toHaveTextContent(
    'Das Gespräch hat 5.000 Token; das Modell liest höchstens 4.096. Kürzen Sie die Nachricht, oder beginnen Sie ein neues Gespräch.',
  )
})

test('the same in English is what the server says', async () => {
  await speak('en')
  show(<ProblemNotice error={problem(KNOWN)} />)
  expect(screen.getByRole('alert')).toHaveTextContent('5,000 tokens; the model reads at most 4,096. Shorten')
})

test.each([{}, { code: null }, { code: 'newer-code' }])(
  'an error without a known code stays as it is: %o',
  (body) => {
    show(<ProblemNotice error={problem(body)} />)
    expect(screen.getByRole('alert')).toHaveTextContent('The conversation has 5,000 tokens')
    expect(screen.getByRole('alert')).toHaveTextContent('Shorten the message')
  },
)

test('why work failed is told in German, and a cause that nobody foresaw in its own words', () => {
  show(
    <ErrorText
      error={{ message: 'The GPU ran out of memory.', hint: 'Smaller.', code: 'gpu-out-of-memory' }}
    />,
  )
  expect(screen.getByText(/^Der Speicher der GPU hat nicht gereicht\. Verkleinern Sie/)).toBeInTheDocument()
  show(
    <ErrorText
      error={{
        message: 'bad magic',
        hint: 'In the log.',
        code: 'unforeseen',
        params: { message: 'bad magic' },
      }}
    />,
  )
  expect(screen.getByText('bad magic Wo es geschah, steht am Ende des Protokolls.')).toBeInTheDocument()
})
