import { STEPS } from '../src/app/routes/new/steps'
import { TABS } from '../src/app/routes/run-tabs'

/** Each page and each of its states that an address names; a run is called like the model that came of it. */
export function everyPage(model: string): string[] {
  return [
    '/',
    '/datasets',
    '/datasets/sample:support',
    '/new',
    '/new?dataset=sample:support&model=starter:chat', // what the steps after this one show
    ...STEPS.map((step) => `/new?step=${step}`),
    '/runs',
    '/runs/nowhere',
    ...TABS.map((tab) => `/runs/${model}?tab=${tab}`),
    '/compare',
    '/models',
    `/models/${model}`,
    '/playground',
    `/playground?model=${model}`,
    '/settings',
    '/nowhere',
  ]
}
