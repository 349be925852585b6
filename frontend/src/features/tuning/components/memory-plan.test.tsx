import { screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { speak } from '@/lib/i18n'
import { show } from '@/testing/show'

import type { MemoryPlan } from '../api/plans'
import { MemoryPlanView } from './memory-plan'

const GIB = 2 ** 30
const PLAN: MemoryPlan = {
  device: 'cuda:0',
  parts: {
    weights: 12 * GIB,
    adapters: 0,
    gradients: 0,
    optimizer: 0,
    activations: 0,
    logits: 0,
    runtime: 0,
  },
  total_bytes: 12 * GIB,
  available_bytes: 8 * GIB,
  fits: false,
  micro_batch: 8,
  sequence_length: 1024,
  largest_micro_batch: 0,
  parameters: 10,
  is_exact: true,
  trainable_parameters: 1,
  moment: 'head',
  advice: [
    {
      code: 'four-bits',
      message: 'Set quantization.bits=4 (a slightly less exact base; needs bitsandbytes): 9.5 GiB.',
      params: { set: 'quantization.bits=4', gib: 9.5 },
    },
    { code: 'too-large', message: 'With all of this it still does not fit.', params: {} },
  ],
}

afterEach(() => speak('en'))

const advice = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)

test('advice is told in the server’s own words', () => {
  show(<MemoryPlanView plan={PLAN} />)
  expect(advice()).toEqual(PLAN.advice?.map(({ message }) => message))
})

test('advice is told in German, with its values as German writes them', async () => {
  await speak('de')
  show(<MemoryPlanView plan={PLAN} />)
  expect(advice()).toEqual([
    'quantization.bits=4 setzen (eine etwas ungenauere Basis; braucht bitsandbytes): 9,5 GiB.',
    'Auch mit all dem passt es nicht: Wählen Sie ein kleineres Modell, oder geben Sie Speicher auf dem Gerät frei.',
  ])
})

test('a plan for a model of unknown layout says that it is an estimate, and no other does', () => {
  const { unmount } = show(<MemoryPlanView plan={PLAN} />)
  expect(screen.queryByText(/^Estimated:/)).toBeNull()
  unmount()
  show(<MemoryPlanView plan={{ ...PLAN, is_exact: false }} />)
  screen.getByText(/^Estimated:/)
})
