import { connection } from '@/lib/api/connection'
import { problemOf, Unreachable } from '@/lib/api/problem'
import { readToken } from '@/lib/session/session'

import type { Dataset } from './datasets'

export interface Upload {
  done: Promise<Dataset>
  cancel: () => void
}

/**
 * Send a file as it is. `XMLHttpRequest`, because `fetch` does not say how much has been sent.
 *
 * @param onProgress bytes sent so far; once all are sent, the server checks every row before it answers.
 */
export function upload(file: File, onProgress: (sent: number) => void): Upload {
  const request = new XMLHttpRequest()
  const done = new Promise<Dataset>((resolve, reject) => {
    request.open('POST', `/api/v1/datasets?name=${encodeURIComponent(file.name)}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Authorization', `Bearer ${readToken() ?? ''}`)
    request.responseType = 'json'
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded))
    request.upload.addEventListener('load', () => onProgress(file.size))
    request.addEventListener('load', () => {
      if (request.status === 201) resolve(request.response as Dataset)
      else reject(problemOf(new Response(null, { status: request.status || 500 }), request.response))
    })
    request.addEventListener('error', () => {
      connection.lost()
      reject(new Unreachable())
    })
    request.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')))
    request.send(file)
  })
  return { done, cancel: () => request.abort() }
}
