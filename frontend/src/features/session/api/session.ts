import { answer, api, type Schemas } from '@/lib/api/client'
import { setToken } from '@/lib/session/session'

/** Sign in with a launch ticket or an account. */
export async function redeem(how: Schemas['SignIn']): Promise<void> {
  const { token } = await answer(api.POST('/api/v1/session', { body: how }))
  setToken(token)
}

/** Sign in with an API token, once the server has said that it knows it. */
export async function enterWithToken(token: string): Promise<void> {
  await answer(api.GET('/api/v1/session', { headers: { Authorization: `Bearer ${token}` } }))
  setToken(token)
}

/** A pasted launch link, ticket or API token: whichever it is. */
export async function enterWithText(text: string): Promise<void> {
  const trimmed = text.trim()
  const ticket = /#launch=(.+)$/.exec(trimmed)?.[1]
  if (ticket !== undefined) await redeem({ ticket })
  else await enterWithToken(trimmed)
}
