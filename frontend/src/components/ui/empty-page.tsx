import { EmptyState, type EmptyStateProps } from './empty-state'
import { useHead } from './use-head'

/** A page with nothing on it: why, and the way on. */
export function EmptyPage(props: Omit<EmptyStateProps, 'head'>) {
  return <EmptyState {...props} head={useHead(props.title)} />
}
