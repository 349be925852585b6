import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { Meter } from '@/components/ui/meter'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { formatBytes, formatPercent } from '@/lib/format/format'

import {
  type Hardware,
  hardwareQuery,
  type LiveHardware,
  liveHardwareQuery,
  recommendedQuery,
} from '../api/hardware'
import classes from './machine-card.module.css'

/** This machine: what computes, how much memory is free now, and which model is recommended. */
export function MachineCard() {
  const { t } = useTranslation()
  const hardware = useQuery(hardwareQuery())
  const live = useQuery(liveHardwareQuery())
  return (
    <Card title={t('machine.title')}>
      {hardware.error ? <ProblemNotice error={hardware.error} /> : null}
      {hardware.data ? (
        <Machine hardware={hardware.data} live={live.data} />
      ) : hardware.isPending ? (
        <Skeleton height={150} />
      ) : null}
    </Card>
  )
}

function Machine({ hardware, live }: { hardware: Hardware; live: LiveHardware | undefined }) {
  const { t } = useTranslation()
  const now = { ...hardware, ...live }
  const accelerators = now.accelerators ?? []
  return (
    <div className={classes.machine}>
      <div>
        <p className={classes.name}>{accelerators[0]?.name ?? hardware.processor}</p>
        <p className={classes.words}>
          {accelerators.length === 0
            ? t('machine.noGpu', { count: hardware.cores })
            : t('machine.cores', { count: hardware.cores, processor: hardware.processor })}
        </p>
      </div>
      {accelerators.map((one) => (
        <Memory
          key={`${one.kind}${one.index}`}
          name={t('machine.gpuMemory', { index: one.index })}
          total={one.total_bytes}
          free={one.free_bytes}
          busy={one.utilization ?? null}
        />
      ))}
      <Memory name={t('machine.memory')} total={now.memory_total_bytes} free={now.memory_available_bytes} />
      <p className={`${classes.words} numbers`}>
        {live ? t('machine.cpu', { percent: formatPercent(live.cpu_percent / 100) }) + ' · ' : ''}
        {t('machine.disk', { free: formatBytes(now.disk_free_bytes) })}
      </p>
      <Recommended />
    </div>
  )
}

interface MemoryProps {
  name: string
  total: number
  free: number
  /** Per cent of the time that the device computes, where it says so. */
  busy?: number | null
}

function Memory({ name, total, free, busy = null }: MemoryProps) {
  const { t } = useTranslation()
  return (
    <div className={classes.memory}>
      <div className={classes.pair}>
        <span>
          {name}
          {busy === null ? '' : ` · ${t('machine.busy', { percent: formatPercent(busy / 100) })}`}
        </span>
        <span className="numbers">
          {t('machine.freeOf', { free: formatBytes(free), total: formatBytes(total) })}
        </span>
      </div>
      <Meter share={1 - free / total} label={t('machine.used', { name })} />
    </div>
  )
}

/** The largest model that the server recommends for this machine, the bundled ones aside. */
function Recommended() {
  const { t } = useTranslation()
  const { data, error } = useQuery(recommendedQuery('text-generation'))
  if (error && !data) return <ProblemNotice error={error} />
  if (!data) return null
  const largest = data
    .filter((model) => !model.id.startsWith('starter:'))
    .sort((a, b) => b.parameters - a.parameters)[0]
  return (
    <p className={classes.fits}>
      {largest ? (
        <>
          {t('machine.fits')} <strong>{largest.id}</strong>
        </>
      ) : (
        t('machine.onlyStarters')
      )}
    </p>
  )
}
