import { expect, test } from 'vitest'

import { theme, variables } from './theme'

/** The share of light that a colour throws back, 0 to 1 (WCAG 2.2). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((place) => {
    const part = parseInt(color.slice(place, place + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const WORDS = ['text', 'dimmed', 'placeholder', 'error'].map((name) => `--mantine-color-${name}`)
const GROUNDS = ['--mantine-color-body', '--surface', '--surface-sunken']

test.each(['light', 'dark'] as const)('every word can be read in the %s scheme', (scheme) => {
  const colors: Record<string, string> = variables(theme as never)[scheme]
  for (const word of WORDS) {
    for (const ground of GROUNDS) {
      const found = contrast(colors[word] ?? '', colors[ground] ?? '')
      expect(found, `${word} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  }
})
