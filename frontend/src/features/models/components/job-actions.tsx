import { Group } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { ProblemNotice } from '@/components/ui/problem-notice'

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
  const queries = useQueryClient()
  const act = useMutation({
    mutationFn: (way: Way) => ways[way](),
    onSettled: () => queries.invalidateQueries({ queryKey: [list] }),
  })
  if (status === 'succeeded') return null
  const offered: Way[] = isUnderWay({ status }) ? ['stop'] : ['again', 'dismiss']
  return (
    <>
      {act.error ? <ProblemNotice error={act.error} /> : null}
      <Group gap="xs">
        {offered.map((way) => (
          <BusyButton
            key={way}
            size="xs"
            variant={way === 'dismiss' ? 'subtle' : 'default'}
            pending={act.isPending && act.variables === way}
            onClick={() => act.mutate(way)}
          >
            {t(`job.${way}`)}
          </BusyButton>
        ))}
      </Group>
    </>
  )
}
