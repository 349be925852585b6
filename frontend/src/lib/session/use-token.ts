import { useSyncExternalStore } from 'react'

import { onTokenChange, readToken } from './session'

/** The token of this tab; the component is drawn anew when someone signs in or out. */
export function useToken(): string | null {
  return useSyncExternalStore(onTokenChange, readToken)
}
