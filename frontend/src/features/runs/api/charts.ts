import type { SeriesByName } from './series'

export interface ChartLine {
  /** The name of the series. */
  series: string
  color: string
  /** Measured at evaluations: few points, each of them shown. */
  heldOut: boolean
}

export interface ChartPlan {
  /** `loss`; its title and its lines' labels stand in the texts, or are made from the name. */
  id: string
  lines: ChartLine[]
}

interface Known {
  id: string
  /** Series that belong together; each takes its held-out sibling with it. */
  series: readonly string[]
  color: string
}

const HELD_OUT = 'evaluation_'
const SECOND_COLORS = ['--blue', '--teal', '--violet', '--olive'] as const
const OTHER_COLORS = ['--violet', '--teal', '--pink', '--olive', '--blue'] as const

/** Drawn above all others. */
export const MAIN = 'loss'

/** Every quantity that is known by name, in the order in which it is drawn. */
const KNOWN: readonly Known[] = [
  { id: 'reward', series: ['reward'], color: '--ember' },
  { id: 'reward_margin', series: ['reward_margin'], color: '--ember' },
  { id: 'reward_accuracy', series: ['reward_accuracy'], color: '--teal' },
  { id: 'rewards', series: ['reward_chosen', 'reward_rejected'], color: '--ember' },
  { id: 'reward_std', series: ['reward_std'], color: '--pink' },
  { id: 'kl', series: ['kl'], color: '--violet' },
  { id: 'entropy', series: ['entropy'], color: '--olive' },
  { id: 'completion_length', series: ['completion_length'], color: '--teal' },
  { id: 'truncated', series: ['truncated'], color: '--pink' },
  { id: 'accuracy', series: ['accuracy'], color: '--teal' },
  { id: 'token_accuracy', series: ['token_accuracy'], color: '--teal' },
  { id: 'perplexity', series: ['perplexity'], color: '--blue' },
  { id: 'learning_rate', series: ['learning_rate'], color: '--violet' },
  { id: 'grad_norm', series: ['grad_norm'], color: '--teal' },
  { id: 'tokens_per_second', series: ['tokens_per_second'], color: '--olive' },
  { id: 'memory_bytes', series: ['memory_bytes'], color: '--pink' },
  { id: 'utilization', series: ['utilization'], color: '--blue' },
]

/** Counted on and on, and so no curve to look at. */
const NOT_DRAWN = new Set(['tokens', 'epoch', 'seconds_left', 'step', 'total_steps'])

/** The charts that a run's measures make, the loss aside; what no table knows gets a chart of its own, last. */
export function planCharts(series: SeriesByName): ChartPlan[] {
  const left = new Set(
    Object.keys(series).filter((name) => plain(name) !== MAIN && !NOT_DRAWN.has(plain(name))),
  )
  const known = KNOWN.map(({ id, series: names, color }) => planOf(id, names, color, left))
  const others = [...new Set([...left].map(plain))].sort()
  const rest = others.map((name, index) =>
    planOf(name, [name], OTHER_COLORS[index % OTHER_COLORS.length] ?? '--violet', left),
  )
  return [...known, ...rest].filter(({ lines }) => lines.length > 0)
}

function plain(name: string): string {
  return name.startsWith(HELD_OUT) ? name.slice(HELD_OUT.length) : name
}

function planOf(id: string, names: readonly string[], color: string, left: Set<string>): ChartPlan {
  const wanted = [...names, ...names.map((name) => HELD_OUT + name)]
  const found = wanted.filter((name) => left.delete(name))
  return {
    id,
    lines: found.map((name, index) => ({
      series: name,
      color: index === 0 ? color : (SECOND_COLORS[(index - 1) % SECOND_COLORS.length] ?? '--blue'),
      heldOut: name.startsWith(HELD_OUT),
    })),
  }
}
