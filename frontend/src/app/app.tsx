import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useEffect } from 'react'

import { SignedIn } from '@/features/session/components/signed-in'
import { connection } from '@/lib/api/connection'

import { forgetAtSignOut } from './forget'
import { queryClient } from './query-client'
import { router } from './router'
import { theme, variables } from './theme'

export function App() {
  useEffect(forgetAtSignOut, [])
  useEffect(
    () =>
      connection.subscribe(() => {
        if (connection.isUp()) void queryClient.invalidateQueries()
      }),
    [],
  )
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" limit={3} />
        <SignedIn>
          <RouterProvider router={router} />
        </SignedIn>
      </QueryClientProvider>
    </MantineProvider>
  )
}
