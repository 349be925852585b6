import type { ToldError } from '@/lib/i18n/error-words'
import type { Fault } from '@/lib/i18n/faults'
import type { Finding } from '@/lib/i18n/findings'
import type { Remark } from '@/lib/i18n/remarks'

/** What the API answers when something is wrong (RFC 9457). `hint` says what to do. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  hint?: string | null
  code?: string | null
  params?: Record<string, string | number>
  request_id?: string
  errors?: unknown[] | null
  total?: number
  /** Of a run that the preflight refuses: what it found. */
  preflight?: { findings: readonly Finding[] }
  /** Of a model that cannot be deleted: what needs it, and each of it by its name. */
  in_use_by?: readonly string[]
  remarks?: Record<string, Remark>
  [member: string]: unknown
}

export const NOT_FOUND = 404

export class Problem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.detail)
    this.name = 'Problem'
  }

  get status(): number {
    return this.body.status
  }

  /** As a text of the page's language is looked up for it. */
  get told(): ToldError {
    const { detail, hint, code, params, errors, preflight, in_use_by: users, remarks } = this.body
    const faults = (errors ?? []).filter(isFault)
    const finding = preflight?.findings.find(({ severity }) => severity === 'error')
    return { message: detail, hint, code, params, faults, finding, users, remarks }
  }
}

/** Whether one of a problem's errors is the fault of a field; those of a dataset are of another shape. */
export function isFault(error: unknown): error is Fault {
  return typeof error === 'object' && error !== null && 'key' in error && 'expected' in error
}

/** No answer at all: the server is away, or the way to it is cut. */
export class Unreachable extends Error {
  constructor() {
    super('unreachable')
    this.name = 'Unreachable'
  }
}

/** Whether what was asked for is not there: the server said so. */
export function isGone(error: Error | null | undefined): boolean {
  return error instanceof Problem && error.status === NOT_FOUND
}

/** Whether an error leaves nothing to show: nothing was known before, or what was known is not there any more. */
export function hidesAll(error: Error | null, known: unknown): error is Error {
  return error !== null && (known === undefined || isGone(error))
}

/** The problem that an answer carries, whatever its body is. */
export function problemOf(response: Response, body: unknown): Problem {
  if (typeof body === 'object' && body !== null && 'detail' in body) return new Problem(body as ProblemBody)
  const detail = response.statusText || `HTTP ${response.status}`
  return new Problem({ type: 'about:blank', title: detail, status: response.status, detail })
}
