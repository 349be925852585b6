import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'

import { Broken } from './routes/broken'
import { HomePage } from './routes/home'
import { Lost } from './routes/lost'
import { readSearch } from './routes/new/steps'
import { readTab } from './routes/run-tabs'
import { Shell } from './shell/shell'

const root = createRootRoute({ component: Shell, notFoundComponent: Lost })

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage })

const fresh = createRoute({
  getParentRoute: () => root,
  path: '/new',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./routes/new/new-page'), 'NewPage'),
})

const datasets = createRoute({
  getParentRoute: () => root,
  path: '/datasets',
  component: lazyRouteComponent(() => import('./routes/datasets'), 'DatasetsPage'),
})

const dataset = createRoute({
  getParentRoute: () => root,
  path: '/datasets/$datasetId',
  component: lazyRouteComponent(() => import('./routes/dataset'), 'DatasetPage'),
})

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: (search: Record<string, unknown>): { chosen?: string[] } =>
    Array.isArray(search['chosen']) ? { chosen: search['chosen'].map(String) } : {},
  component: lazyRouteComponent(() => import('./routes/runs'), 'RunsPage'),
})

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$runId',
  validateSearch: readTab,
  component: lazyRouteComponent(() => import('./routes/run'), 'RunPage'),
})

const compare = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  validateSearch: (search: Record<string, unknown>): { ids: string[] } => ({
    ids: Array.isArray(search['ids']) ? search['ids'].map(String) : [],
  }),
  component: lazyRouteComponent(() => import('./routes/compare'), 'ComparePage'),
})

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  component: lazyRouteComponent(() => import('./routes/models'), 'ModelsPage'),
})

const model = createRoute({
  getParentRoute: () => root,
  path: '/models/$modelId',
  component: lazyRouteComponent(() => import('./routes/model'), 'ModelPage'),
})

const playground = createRoute({
  getParentRoute: () => root,
  path: '/playground',
  validateSearch: (search: Record<string, unknown>): { model?: string } =>
    typeof search['model'] === 'string' ? { model: search['model'] } : {},
  component: lazyRouteComponent(() => import('./routes/playground'), 'PlaygroundPage'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./routes/settings'), 'SettingsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    fresh,
    datasets,
    dataset,
    runs,
    run,
    compare,
    models,
    model,
    playground,
    settings,
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
