import i18next from 'i18next'
import { expect, test, vi } from 'vitest'

import { speak } from '@/lib/i18n'

import {
  formatAgo,
  formatAlike,
  formatBytes,
  formatCompact,
  formatDuration,
  formatMeasure,
  formatNumber,
  formatShortDuration,
} from './format'

test('numbers follow the locale of the page', async () => {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['de-DE'])
  await speak('de')
  expect(formatNumber(12_345.6, 1)).toBe('12.345,6')
  await speak('en')
  vi.restoreAllMocks()
  expect(formatNumber(12_345.6, 1)).toBe('12,345.6')
})

test('numbers in texts and small measures stand as the language writes them', async () => {
  expect(i18next.t('data.rowCount', { count: 12_345 })).toBe('12,345 rows')
  await speak('de')
  expect(i18next.t('data.rowCount', { count: 12_345 })).toBe('12.345 Zeilen')
  expect(formatMeasure(0.000002)).toBe('2,0e-6')
  await speak('en')
})

test('measures keep their digits, however small', () => {
  expect(formatMeasure(0.000002)).toBe('2.0e-6')
  expect(formatMeasure(0)).toBe('0')
  expect(formatMeasure(Number.NaN)).toBe('NaN')
})

test('values beside each other have the same decimals', () => {
  const alike = formatAlike([0, 0.75])
  expect([alike.value(0), alike.value(0.75), alike.signed(0.9)]).toEqual(['0.000', '0.750', '+0.900'])
  expect(formatAlike([11.523, 1.05]).value(1.05)).toBe('1.05')
})

test('less than nothing has a minus sign, wherever it stands', () => {
  const alike = formatAlike([10.75])
  const shown = [alike.value(-10.75), alike.signed(-10.75), formatMeasure(-10.75), formatMeasure(-2e-6)]
  expect(shown).toEqual(['−10.75', '−10.75', '−10.75', '−2.0e-6'])
})

test('parameters are counted in k, M and B', () => {
  expect([999, 491_520, 6_163_712, 1_700_000_000].map(formatCompact)).toEqual([
    '999',
    '492 k',
    '6.16 M',
    '1.7 B',
  ])
})

test('bytes, times and durations are readable', () => {
  expect(formatBytes(0)).toBe('0 bytes')
  expect(formatBytes(1536)).toBe('1.5 KiB')
  expect(formatDuration(3_725)).toBe('1 hr 2 min')
  expect(formatDuration(671)).toBe('11 min')
  expect(formatDuration(0)).toBe('0 sec')
  expect(formatAgo(Date.now() - 90_000)).toBe('1 minute ago')
})

test('bytes are counted by 1,024, and called so', async () => {
  const sizes = [1, 1023, 1024, 10 * 1024, 2 ** 20, 3.25 * 2 ** 30, 2 ** 41]
  expect(sizes.map(formatBytes)).toEqual([
    '1 byte',
    '1,023 bytes',
    '1 KiB',
    '10 KiB',
    '1 MiB',
    '3.3 GiB',
    '2 TiB',
  ])
  await speak('de')
  expect(formatBytes(1536)).toBe('1,5 KiB')
  await speak('en')
})

test('short durations have a decimal, as the language writes it', async () => {
  const shown = [0.59, 2, 9.96, 12.3, 200].map(formatShortDuration)
  expect(shown).toEqual(['0.6 sec', '2.0 sec', '10 sec', '12 sec', '3 min 20 sec'])
  await speak('de')
  expect(formatShortDuration(0.59)).toBe('0,6 Sek.')
  await speak('en')
})
