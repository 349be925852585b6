import { locale } from '@/lib/i18n'

const KIBI = 1024
const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const

export function formatNumber(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits, minimumFractionDigits: 0 }).format(
    value,
  )
}

/** What stands before the decimals: `.`, or `,`. */
export function decimalSign(): string {
  const parts = new Intl.NumberFormat(locale()).formatToParts(0.5)
  return parts.find(({ type }) => type === 'decimal')?.value ?? '.'
}

/** As the reports have it; a hyphen is what most locales put there. */
const MINUS = '−'

function withMinus(text: string): string {
  return text.replace(/^-/, MINUS)
}

/** Four significant digits, for measured values of any size; very small ones as powers of ten. */
export function formatMeasure(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value)
  if (value !== 0 && Math.abs(value) < 1e-3) {
    const sign = value < 0 ? MINUS : ''
    return (
      sign +
      Math.abs(value)
        .toExponential(Math.max(digits - 3, 1))
        .replace('.', decimalSign())
    )
  }
  return withMinus(new Intl.NumberFormat(locale(), { maximumSignificantDigits: digits }).format(value))
}

/** Values of one kind beside each other, all with the decimals that suit the largest: `0.750`, `11.52`. */
export function formatAlike(values: readonly number[]): {
  value: (value: number) => string
  signed: (value: number) => string
} {
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs))
  const digits = largest < 10 ? 3 : largest < 1000 ? 2 : 0
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  const plain = new Intl.NumberFormat(locale(), options)
  const signed = new Intl.NumberFormat(locale(), { ...options, signDisplay: 'exceptZero' })
  return {
    value: (value) => withMinus(plain.format(value)),
    signed: (value) => withMinus(signed.format(value)),
  }
}

export function formatPercent(share: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: digits }).format(share)
}

/** Memory and files, in powers of 1,024, under the names that the command line has for them as well: `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < KIBI) {
    const options = { style: 'unit', unit: 'byte', unitDisplay: 'long', maximumFractionDigits: 0 } as const
    return new Intl.NumberFormat(locale(), options).format(bytes)
  }
  let value = bytes / KIBI
  let unit = 0
  while (value >= KIBI && unit < UNITS.length - 1) {
    value /= KIBI
    unit += 1
  }
  return `${formatNumber(value, value < 10 ? 1 : 0)} ${UNITS[unit] ?? ''}`
}

const SCALES: [number, string][] = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
]

/** 6.16 M, 1.7 B: parameters and the like, with the letters that this field uses in every language. */
export function formatCompact(value: number): string {
  const [scale, letter] = SCALES.find(([size]) => value >= size) ?? [1, '']
  const number = new Intl.NumberFormat(locale(), { maximumSignificantDigits: 3 }).format(value / scale)
  return letter ? `${number} ${letter}` : number
}

export function formatTime(when: string | number | Date): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(when))
}

const TEN_MINUTES = 600

/** Seconds → `3 min 20 s`; from ten minutes on, nobody counts seconds. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds >= TEN_MINUTES ? Math.round(seconds / 60) * 60 : seconds))
  const parts: [number, 'hour' | 'minute' | 'second'][] = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor((whole % 3600) / 60), 'minute'],
    [whole % 60, 'second'],
  ]
  const first = parts.findIndex(([value]) => value > 0)
  const shown = first < 0 ? parts.slice(2) : parts.slice(first, first + 2)
  return shown
    .filter(([value], index) => value > 0 || index === 0)
    .map(([value, unit]) =>
      new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short' }).format(value),
    )
    .join(' ')
}

const TEN_SECONDS = 10

/** `0.6 sec`: a duration of which a part of a second counts, as long as it is short. */
export function formatShortDuration(seconds: number): string {
  const tenths = Math.round(seconds * 10) / 10
  if (tenths >= TEN_SECONDS) return formatDuration(seconds)
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'short',
    minimumFractionDigits: 1,
  }).format(tenths)
}

const STEPS: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, 'second'],
  [3600, 'minute'],
  [86_400, 'hour'],
  [86_400 * 30, 'day'],
  [86_400 * 365, 'month'],
]

/** `5 minutes ago`. */
export function formatAgo(when: string | number | Date, now: number = Date.now()): string {
  const seconds = Math.round((now - new Date(when).getTime()) / 1000)
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' })
  let size = 1
  for (const [limit, unit] of STEPS) {
    if (Math.abs(seconds) < limit) return format.format(-Math.floor(seconds / size), unit)
    size = limit
  }
  return format.format(-Math.floor(seconds / size), 'year')
}
