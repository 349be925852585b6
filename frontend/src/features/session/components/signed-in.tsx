import { type ReactNode, useEffect, useState } from 'react'

import { askOtherTabs, takeLaunchTicket } from '@/lib/session/session'
import { useToken } from '@/lib/session/use-token'

import { redeem } from '../api/session'
import { SignIn } from './sign-in'

let arrival: Promise<Error | null> | null = null

/** Once per page load: a launch link signs in; without one, another tab may lend its session. */
function arrive(): Promise<Error | null> {
  arrival ??= (async () => {
    const ticket = takeLaunchTicket()
    if (ticket === null) {
      await askOtherTabs()
      return null
    }
    try {
      await redeem({ ticket })
    } catch (error) {
      await askOtherTabs()
      return error as Error
    }
    return null
  })()
  return arrival
}

/** Shows its children to someone signed in, and the sign-in to everyone else. */
export function SignedIn({ children }: { children: ReactNode }) {
  const token = useToken()
  const [arrived, setArrived] = useState<{ error: Error | null } | null>(null)
  useEffect(() => {
    let here = true
    void arrive().then((error) => {
      if (here) setArrived({ error })
    })
    return () => {
      here = false
    }
  }, [])
  if (token !== null && arrived !== null) return children
  if (arrived === null) return null
  return <SignIn error={arrived.error} />
}
