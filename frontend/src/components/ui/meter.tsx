import classes from './meter.module.css'

interface MeterProps {
  /** 0 to 1. */
  share: number
  label: string
  tone?: 'ink' | 'ember'
}

/** A thin bar: how full, or how far. */
export function Meter({ share, label, tone = 'ink' }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10
  return (
    <div
      className={classes.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
    >
      <div className={classes.fill} data-tone={tone} style={{ width: `${percent}%` }} />
    </div>
  )
}
