/** The trainer's last word, read out of an event's open mapping. */
export interface Progress {
  step: number
  totalSteps: number
  epoch: number | null
  loss: number | null
  reward: number | null
  learningRate: number | null
  gradNorm: number | null
  tokensPerSecond: number | null
  secondsLeft: number | null
  memoryBytes: number | null
}

type Mapping = Record<string, unknown>

function number(data: Mapping, key: string): number | null {
  const value = data[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function readProgress(data: Mapping | null | undefined): Progress | null {
  if (!data) return null
  const step = number(data, 'step')
  const totalSteps = number(data, 'total_steps')
  if (step === null || totalSteps === null || totalSteps <= 0) return null
  return {
    step,
    totalSteps,
    epoch: number(data, 'epoch'),
    loss: number(data, 'loss'),
    reward: number(data, 'reward'),
    learningRate: number(data, 'learning_rate'),
    gradNorm: number(data, 'grad_norm'),
    tokensPerSecond: number(data, 'tokens_per_second'),
    secondsLeft: number(data, 'seconds_left'),
    memoryBytes: number(data, 'memory_bytes'),
  }
}
