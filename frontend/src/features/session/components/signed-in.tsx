import { Fragment, lazy, type ReactNode, Suspense, useEffect, useState } from 'react'

import { askOtherTabs, isLaunchLink, takeLaunchTicket } from '@/lib/session/session'
import { useToken } from '@/lib/session/use-token'

import { redeem } from '../api/session'

const SignIn = lazy(async () => ({ default: (await import('./sign-in')).SignIn }))

/** A launch link signs in; without one, another tab may lend its session. */
async function enter(): Promise<Error | null> {
  const ticket = takeLaunchTicket()
  let refused: Error | null = null
  if (ticket !== null) {
    try {
      await redeem({ ticket })
    } catch (error) {
      refused = error as Error
    }
  }
  await askOtherTabs()
  return refused
}

/** Once per page load, however often the page is drawn: a ticket works once. */
let arrival: Promise<Error | null> | null = null

/** Shows its children to someone signed in, anew to each, and the sign-in to everyone else. */
export function SignedIn({ children }: { children: ReactNode }) {
  const token = useToken()
  const [arrived, setArrived] = useState<{ error: Error | null } | null>(() =>
    token !== null && !isLaunchLink() ? { error: null } : null,
  )
  useEffect(() => {
    let here = true
    const settle = (entering: Promise<Error | null>) =>
      void entering.then((error) => {
        if (here) setArrived({ error })
      })
    const follow = () => settle(enter()) // a link that is opened in the tab that shows the door
    settle((arrival ??= enter()))
    window.addEventListener('hashchange', follow)
    return () => {
      here = false
      window.removeEventListener('hashchange', follow)
    }
  }, [])
  if (token !== null && arrived !== null) return <Fragment key={token}>{children}</Fragment>
  if (arrived === null) return null
  return (
    <Suspense fallback={null}>
      <SignIn error={arrived.error} />
    </Suspense>
  )
}
