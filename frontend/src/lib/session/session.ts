/**
 * Who is signed in, in this tab. The token lies in `sessionStorage`, as the server means it; another open tab of the
 * same page hands it over when asked, so that a second tab need not sign in again.
 */
const KEY = 'modelforge-token'
const CHANNEL = 'modelforge-session'
const ANSWER_MS = 250

type Message = { kind: 'ask' } | { kind: 'tell'; token: string } | { kind: 'signed-out' }

const listeners = new Set<() => void>()
let token: string | null = sessionStorage.getItem(KEY)
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL)

channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.kind === 'ask' && token !== null) channel.postMessage({ kind: 'tell', token } satisfies Message)
  if (data.kind === 'tell' && token === null) setToken(data.token)
  if (data.kind === 'signed-out') setToken(null)
})

export function readToken(): string | null {
  return token
}

export function setToken(next: string | null): void {
  if (next === token) return
  token = next
  if (next === null) sessionStorage.removeItem(KEY)
  else sessionStorage.setItem(KEY, next)
  for (const listener of listeners) listener()
}

/** Sign out here and in every other tab. */
export function signOut(): void {
  setToken(null)
  channel?.postMessage({ kind: 'signed-out' } satisfies Message)
}

export function onTokenChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Ask the other tabs for their token; resolves once one has answered, or none has in time. */
export async function askOtherTabs(): Promise<void> {
  if (token !== null || channel === null) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ANSWER_MS)
    const stop = onTokenChange(done)
    function done() {
      clearTimeout(timer)
      stop()
      resolve()
    }
    channel.postMessage({ kind: 'ask' } satisfies Message)
  })
}

/** Whether the address is a launch link. */
export function isLaunchLink(): boolean {
  return window.location.hash.startsWith('#launch=')
}

/** The ticket of a launch link, taken out of the address so that it is neither seen nor kept in the history. */
export function takeLaunchTicket(): string | null {
  const found = /^#launch=(.+)$/.exec(window.location.hash)
  if (found === null) return null
  window.history.replaceState(null, '', window.location.pathname + window.location.search)
  return found[1] ?? null
}
