import { createMemoryHistory, createRouter, RouterProvider } from '@tanstack/react-router'

import { router } from '@/app/router'

import { show } from './show'

/** Draw the page at an address, with all that stands around it. */
export function showPage(address: string) {
  const history = createMemoryHistory({ initialEntries: [address] })
  const found = createRouter({ routeTree: router.routeTree, history })
  return { ...show(<RouterProvider router={found as typeof router} />), router: found }
}
