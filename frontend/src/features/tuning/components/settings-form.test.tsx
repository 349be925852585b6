import { renderHook, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { expect, test } from 'vitest'

import { fieldsOf } from '@/components/schema-form/json-schema'
import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import { limitsOf } from '../api/applicable'
import { chooseSetting, resetDraft, useDraft } from '../api/draft'
import type { TrainingConfig } from '../api/recipes'
import { SettingsForm } from './settings-form'

const FIELDS = fieldsOf({
  $defs: {
    Optimization: {
      properties: {
        learning_rate: { type: 'number', default: 0.0002, description: 'Peak step size.' },
        num_train_epochs: {
          type: 'number',
          default: 3,
          description: 'Passes over the rows, unless max_steps is set.',
        },
        max_steps: { type: 'integer', default: 0, description: 'Steps in all.' },
      },
    },
  },
  properties: { optimization: { $ref: '#/$defs/Optimization' } },
})
const NONE = limitsOf({ idle: [], refused: [] }, i18next)
const CONFIG = { optimization: { learning_rate: 0.0002, num_train_epochs: 3 } } as TrainingConfig

test('a setting is found by the name that it is shown with, essential or not', async () => {
  await speak('de')
  const user = userEvent.setup()
  show(
    <SettingsForm
      fields={FIELDS}
      essential={['optimization.learning_rate']}
      config={CONFIG}
      defaults={CONFIG}
      faults={{}}
      limits={NONE}
    />,
  )
  const search = screen.getByRole('textbox', { name: 'Einstellung suchen' })
  await user.type(search, 'lernrate')
  expect(screen.getAllByRole('textbox', { name: /^Lernrate/ })).toHaveLength(2)
  await user.clear(search)
  await user.type(search, 'Durchgänge')
  expect(screen.getByRole('textbox', { name: /^Durchgänge/ })).toBeInTheDocument()
  await speak('en')
})

test('what is called so comes before what mentions it', async () => {
  const user = userEvent.setup()
  show(
    <SettingsForm
      fields={FIELDS}
      essential={['optimization.num_train_epochs']}
      config={CONFIG}
      defaults={CONFIG}
      faults={{}}
      limits={NONE}
    />,
  )
  await user.type(screen.getByRole('textbox', { name: 'Find a setting' }), 'max_steps')
  const region = within(screen.getByRole('region', { name: 'All settings' }))
  const [, first, second] = region.getAllByRole('textbox')
  expect(first).toHaveAccessibleName(/^Maximum steps/)
  expect(second).toHaveAccessibleName(/^Epochs/)
})

test('a setting that is reset follows the proposal again', async () => {
  const user = userEvent.setup()
  resetDraft()
  chooseSetting('optimization.learning_rate', 0.5)
  show(
    <SettingsForm
      fields={FIELDS}
      essential={['optimization.learning_rate']}
      config={{ optimization: { ...CONFIG.optimization, learning_rate: 0.5 } } as TrainingConfig}
      defaults={CONFIG}
      faults={{}}
      limits={NONE}
    />,
  )
  await user.click(screen.getByRole('button', { name: /back to the default/ }))
  const { result } = renderHook(useDraft)
  expect(result.current.chosen).toEqual({})
})
