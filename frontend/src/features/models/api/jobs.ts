import type { Schemas } from '@/lib/api/client'

export type JobStatus = NonNullable<Schemas['MergeJob']['status']>

/** Whether a merge, an export or an evaluation waits for its turn or is carried out. */
export function isUnderWay({ status }: { status?: JobStatus | undefined }): boolean {
  return status === 'queued' || status === 'running'
}
