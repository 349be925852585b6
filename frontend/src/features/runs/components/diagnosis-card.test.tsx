import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'

import { show } from '@/testing/show'

import type { Run } from '../api/runs'
import { DiagnosisCard } from './diagnosis-card'

const RUN = { id: 'one', progress: null, error: null } as Run

test('whoever trained too long is told at which step the held-out loss was best', () => {
  const steps = Array.from({ length: 40 }, (_, index) => index * 50)
  const loss = { steps, values: steps.map((step) => Math.max(0.05, 2 - step / 25)) }
  const evaluation_loss = { steps: [500, 1000, 1500, 1950], values: [0.06, 0.04, 0.1, 0.13] }
  show(<DiagnosisCard run={RUN} series={{ loss, evaluation_loss }} />)
  expect(screen.getByRole('status')).toHaveTextContent('well above its best, which it had at step 1,000')
  expect(screen.queryByText(/Nothing stands out/)).toBeNull()
})
