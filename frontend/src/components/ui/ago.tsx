import { useTicks } from '@/lib/clock/use-ticks'
import { formatAgo, formatTime } from '@/lib/format/format'

/** How long ago something was; it goes on with the clock. */
export function Ago({ when, className }: { when: string; className?: string | undefined }) {
  useTicks(when)
  return (
    <time dateTime={when} title={formatTime(when)} className={className}>
      {formatAgo(when)}
    </time>
  )
}
