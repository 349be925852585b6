export const TABS = ['report', 'curves', 'log', 'checkpoints', 'recipe'] as const
export type Tab = (typeof TABS)[number]

/** What the address of a run's page may carry. */
export function readTab(search: Record<string, unknown>): { tab?: Tab } {
  const { tab } = search
  return TABS.includes(tab as Tab) ? { tab: tab as Tab } : {}
}
