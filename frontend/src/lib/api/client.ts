import createClient, { type Middleware } from 'openapi-fetch'

import { readToken, setToken } from '@/lib/session/session'

import { connection } from './connection'
import { problemOf, Unreachable } from './problem'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

const signed: Middleware = {
  onRequest({ request }) {
    const token = readToken()
    if (token !== null) request.headers.set('Authorization', `Bearer ${token}`)
    return request
  },
  onResponse({ response, request }) {
    connection.reached()
    const sent = request.headers.get('Authorization')
    if (response.status === 401 && sent === `Bearer ${readToken()}`) setToken(null)
  },
  onError({ error, request }) {
    if (request.signal.aborted) return
    connection.lost()
    return error instanceof TypeError ? new Unreachable() : undefined
  },
}

export const api = createClient<paths>({ baseUrl: window.location.origin })
api.use(signed)

/** The body of an answer. Raises the `Problem` that the server answered with. */
export async function answer<Data>(
  asked: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await asked
  if (!response.ok) throw problemOf(response, error)
  return data as Data
}
