import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'

import { show } from '@/testing/show'

import { conversation } from '../api/conversation'
import { ConversationView } from './conversation-view'

test.each([
  ['the class of a text', { text: 't', label: 'refund' }, 'Class', 'refund'],
  [
    'the answer to a question',
    { context: 'c', question: 'q', answers: { text: ['milk'], answer_start: [2] } },
    'Answer',
    'milk',
  ],
  [
    'an answer that is marked bad',
    { prompt: 'p', completion: 'no', label: false },
    'Assistant · not good',
    'no',
  ],
  ['a column of a row of no known shape', { label: 'x', kind: 'y' }, 'label', 'x'],
])('%s is shown as such', (_, row, role, text) => {
  show(<ConversationView turns={conversation(row)} />)
  expect(screen.getByText(role).nextElementSibling).toHaveTextContent(text)
})

test('that a text does not answer is said', () => {
  const row = { context: 'c', question: 'q', answers: { text: [], answer_start: [] } }
  show(<ConversationView turns={conversation(row)} />)
  expect(screen.getByText('No answer')).toBeInTheDocument()
})
