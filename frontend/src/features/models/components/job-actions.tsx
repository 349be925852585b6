import { useTranslation } from 'react-i18next'

import { ActionButtons } from '@/components/ui/action-buttons'

import { isUnderWay, type JobStatus } from '../api/jobs'

type Way = 'stop' | 'again' | 'dismiss'

interface JobActionsProps {
  status: JobStatus | undefined
  /** The list that the job is in, to be asked for anew. */
  list: string
  ways: Record<Way, () => Promise<unknown>>
}

/** Stop what is under way; start again, or dismiss, what came to nothing; and why that was refused. */
export function JobActions({ status, list, ways }: JobActionsProps) {
  const { t } = useTranslation()
  if (status === 'succeeded') return null
  const offered: Way[] = isUnderWay({ status }) ? ['stop'] : ['again', 'dismiss']
  const words = { stop: t('job.stop'), again: t('job.again'), dismiss: t('job.dismiss') }
  return <ActionButtons offered={offered} words={words} onAct={(way) => ways[way]()} renews={[list]} />
}
