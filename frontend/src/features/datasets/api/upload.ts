import { answer, api, type Schemas } from '@/lib/api/client'
import { connection } from '@/lib/api/connection'
import { Problem, problemOf, Unreachable } from '@/lib/api/problem'
import { readToken } from '@/lib/session/session'

import { type Dataset, type UnfinishedUpload } from './datasets'

/** Bytes of one request; what a proxy between may want to buffer. */
const PART = 32 * 2 ** 20
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8_000

/** Answers that pass: a part before is still coming in, too many requests, a proxy whose server is away. */
const PASSING = new Set([409, 429, 502, 503, 504])

/** The browser cannot read the file: it is gone, was changed after it was chosen, or is a folder. */
export class Unreadable extends Error {
  constructor() {
    super('unreadable')
    this.name = 'Unreadable'
  }
}

export interface UploadWatch {
  signal: AbortSignal
  /** Bytes that are on the server. */
  onProgress: (sent: number) => void
  /** Whether the line is cut, and it waits to go on. */
  onWaiting: (waiting: boolean) => void
  /** The server knows the upload under this id. */
  onBegun: (id: string) => void
}

/**
 * Send a file by parts, and have every row of it checked. Goes on where the server stands: after a cut by itself, and
 * after a reload once the same file is chosen again.
 */
export async function upload(file: File, watch: UploadWatch): Promise<Dataset> {
  const { id, name } = await persist(() => findOrBegin(file), watch)
  watch.onBegun(id)
  for (let sent = 0; sent < file.size;) {
    sent = await persist(() => sendNext(id, file, watch), watch)
    watch.onProgress(sent)
  }
  try {
    return await persist(() => answer(api.POST('/api/v1/uploads/{upload_id}/finish', of(id))), watch)
  } catch (error) {
    const added = isGone(error) ? await findAdded(name, file.size) : undefined
    if (added === undefined) throw error
    return added // the line broke while rows were checked, and the server finished without us
  }
}

/** Give an upload up, as soon as the server has noticed that no more will come. */
export async function giveUp(id: string): Promise<void> {
  const watch = { signal: new AbortController().signal, onWaiting: () => undefined }
  await persist(() => answer(api.DELETE('/api/v1/uploads/{upload_id}', of(id))), watch).catch(() => undefined)
}

const of = (id: string) => ({ params: { path: { upload_id: id } } })

function isGone(error: unknown): boolean {
  return error instanceof Problem && error.status === 404
}

/** A file is the same one when its name, its size and the time of its last change are. */
async function findOrBegin(file: File): Promise<UnfinishedUpload> {
  const mark = String(file.lastModified)
  const unfinished = await answer(api.GET('/api/v1/uploads'))
  const same = unfinished.find(
    (one) => one.name === file.name && one.bytes === file.size && one.mark === mark,
  )
  return same ?? answer(api.POST('/api/v1/uploads', { body: { name: file.name, bytes: file.size, mark } }))
}

async function findAdded(name: string, bytes: number): Promise<Dataset | undefined> {
  const { items } = await answer(api.GET('/api/v1/datasets'))
  return items.find((one) => one.name === name && one.bytes === bytes)
}

/** Ask where the upload stands, and send the part that begins there. Returns where it stands then. */
async function sendNext(id: string, file: File, { signal, onProgress }: UploadWatch): Promise<number> {
  const { received } = await answer(api.GET('/api/v1/uploads/{upload_id}', { ...of(id), signal }))
  onProgress(received)
  if (received >= file.size) return received
  const part = file.slice(received, received + PART)
  return (await sendPart(id, received, part, (sent) => onProgress(received + sent), signal)).received
}

/** `XMLHttpRequest`, because `fetch` does not say how much has been sent. */
function sendPart(
  id: string,
  offset: number,
  part: Blob,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<Schemas['UploadView']> {
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    request.open('PATCH', `/api/v1/uploads/${id}?offset=${offset}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Authorization', `Bearer ${readToken() ?? ''}`)
    request.responseType = 'json'
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded))
    request.addEventListener('load', () => {
      if (request.status === 200) resolve(request.response as Schemas['UploadView'])
      else reject(problemOf(new Response(null, { status: request.status || 500 }), request.response))
    })
    request.addEventListener('error', () => void whyNotSent(part).then(reject))
    request.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(part)
  })
}

/** A request fails in the same way where the server is away, and where the file cannot be read: its first byte tells. */
async function whyNotSent(part: Blob): Promise<Error> {
  try {
    await part.slice(0, 1).text()
  } catch {
    return new Unreadable()
  }
  connection.lost()
  return new Unreachable()
}

/** Try until it is done, or refused for a reason that does not pass. */
async function persist<Result>(
  attempt: () => Promise<Result>,
  { signal, onWaiting }: Pick<UploadWatch, 'signal' | 'onWaiting'>,
): Promise<Result> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    signal.throwIfAborted()
    try {
      const result = await attempt()
      onWaiting(false)
      return result
    } catch (error) {
      const passes = error instanceof Unreachable || (error instanceof Problem && PASSING.has(error.status))
      if (!passes) throw error
      onWaiting(error instanceof Unreachable)
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}
