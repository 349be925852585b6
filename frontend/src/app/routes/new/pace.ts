import { same } from '@/components/schema-form/paths'
import { readProgress } from '@/features/runs/api/progress'
import type { Run } from '@/features/runs/api/runs'
import type { PlanReport } from '@/features/tuning/api/plans'
import type { TrainingConfig } from '@/features/tuning/api/recipes'

/** A speed that was measured here. */
export interface Pace {
  run: Run
  /** Tokens per second. */
  speed: number
}

/** What the newest run like this one reached on such a device: `cpu`, `cuda:0`; nothing where there was none. */
export function paceOf(runs: readonly Run[], config: TrainingConfig, device: string): Pace | null {
  for (const run of runs) {
    const speed = readProgress(run.progress)?.tokensPerSecond ?? 0
    const alike = same(wayOf(run.config), wayOf(config)) && kindOf(deviceOf(run)) === kindOf(device)
    if (alike && speed > 0) return { run, speed }
  }
  return null
}

/** The settings that decide how quickly tokens are read. */
function wayOf(config: TrainingConfig): unknown[] {
  const { model, task, strategy, finetuning_type, quantization, provider, compute } = config
  return [model, task, strategy?.name, finetuning_type, quantization?.bits, provider, compute?.precision]
}

/** Where a run computes: on what it asks for, else on the slot that it was given. */
function deviceOf({ config, slot }: Run): string {
  const asked = config.compute?.device ?? 'auto'
  return asked === 'auto' ? (slot ?? '') : asked
}

/** `cuda:0` → `cuda` */
function kindOf(device: string): string | undefined {
  return device.split(':')[0]
}

/** Whether a run reads more than its rows: the answers that it has the model write, whose length nobody knows. */
export function samplesAnswers({ strategy }: TrainingConfig): boolean {
  return strategy?.name === 'rlhf'
}

/** Tokens that a run would read: whole epochs of the rows, or so many steps of a mean batch. */
export function tokensOf(config: TrainingConfig, preflight: PlanReport['preflight']): number {
  const { optimization } = config
  const steps = optimization?.max_steps ?? null
  if (steps === null) return preflight.tokens * (optimization?.num_train_epochs ?? 1)
  const batch =
    (optimization?.per_device_train_batch_size ?? 1) * (optimization?.gradient_accumulation_steps ?? 1)
  return (preflight.tokens / Math.max(1, preflight.rows)) * batch * steps
}
