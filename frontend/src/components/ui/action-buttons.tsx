import { Group } from '@mantine/core'
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'

import { BusyButton } from './busy-button'
import { ProblemNotice } from './problem-notice'

interface ActionButtonsProps<Way extends string> {
  /** The ways that are open now, and what each is called. */
  offered: readonly Way[]
  words: Record<Way, string>
  onAct: (way: Way) => Promise<unknown>
  /** What is asked for anew once one is done, or was refused. */
  renews: QueryKey
}

/** What can be done with an entry of a list, one at a time; and why that was refused. */
export function ActionButtons<Way extends string>({
  offered,
  words,
  onAct,
  renews,
}: ActionButtonsProps<Way>) {
  const queries = useQueryClient()
  const act = useMutation({
    mutationFn: onAct,
    onSettled: () => queries.invalidateQueries({ queryKey: renews }),
  })
  return (
    <>
      <Group gap="xs" mt={6}>
        {offered.map((way) => (
          <BusyButton
            key={way}
            size="xs"
            variant={way === 'dismiss' ? 'subtle' : 'default'}
            pending={act.isPending && act.variables === way}
            onClick={() => act.mutate(way)}
          >
            {words[way]}
          </BusyButton>
        ))}
      </Group>
      {act.error ? <ProblemNotice error={act.error} /> : null}
    </>
  )
}
