import { type CSSVariablesResolver, createTheme, defaultVariantColorsResolver } from '@mantine/core'

/** Warm greys for both schemes, one ink for what is to be pressed, one ember for what is hot: a run under way. */
export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '0.25rem', sm: '0.375rem', md: '0.5rem', lg: '0.75rem', xl: '1rem' },
  primaryColor: 'ink',
  primaryShade: { light: 9, dark: 0 },
  cursorType: 'pointer',
  focusRing: 'auto',
  colors: {
    ink: [
      '#f5f3f1',
      '#e8e4e0',
      '#d4cec8',
      '#b3aba3',
      '#8b837b',
      '#69625b',
      '#4f4944',
      '#393430',
      '#292522',
      '#1c1917',
    ],
    ember: [
      '#fff4ec',
      '#ffe4d1',
      '#fec9a3',
      '#fdaa6f',
      '#fb923c',
      '#f2740f',
      '#dd5c06',
      '#c2410c',
      '#9a3412',
      '#7c2d12',
    ],
    gray: [
      '#faf9f7',
      '#f4f2ef',
      '#e9e6e2',
      '#dcd8d3',
      '#c4beb8',
      '#a39c95',
      '#7d766f',
      '#59534d',
      '#3b3632',
      '#211e1b',
    ],
    dark: [
      '#ece8e4',
      '#cfc9c3',
      '#a8a19a',
      '#7f7871',
      '#48423d',
      '#2e2b28',
      '#211f1d',
      '#181715',
      '#131211',
      '#0e0d0c',
    ],
  },
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input)
    if (input.color === 'red') return { ...colors, ...danger(input.variant) }
    const isInk = input.color === undefined || input.color === 'ink'
    return input.variant === 'filled' && isInk
      ? { ...colors, color: 'var(--mantine-primary-color-contrast)' }
      : colors
  },
  components: {
    Tooltip: {
      defaultProps: {
        withArrow: true,
        multiline: true,
        maw: 320,
        openDelay: 250,
        events: { hover: true, focus: true, touch: true },
      },
    },
    Modal: {
      defaultProps: {
        centered: true,
        lockScroll: false,
        radius: 'lg',
        overlayProps: { backgroundOpacity: 0.4, blur: 2 },
      },
    },
    Drawer: { defaultProps: { lockScroll: false } },
    Switch: { defaultProps: { color: 'var(--ember)' } },
    Checkbox: { defaultProps: { color: 'var(--ember)', iconColor: 'var(--surface)' } },
    Button: { defaultProps: { loaderProps: { type: 'dots' } } },
  },
})

function danger(variant: string) {
  return variant === 'filled'
    ? {
        background: 'var(--bad)',
        hover: 'color-mix(in srgb, var(--bad) 88%, black)',
        color: 'var(--surface)',
      }
    : { color: 'var(--bad)', hover: 'var(--bad-soft)' }
}

/** What the theme's own names leave open, per scheme. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#fbfaf9',
    '--mantine-color-text': '#1c1917',
    '--mantine-color-dimmed': '#6a635c',
    '--mantine-color-placeholder': '#756e67',
    '--mantine-color-error': '#b42318',
    '--mantine-primary-color-contrast': '#ffffff',
    '--surface': '#ffffff',
    '--surface-sunken': '#f5f3f0',
    '--line': '#e9e6e2',
    '--line-strong': '#d5d0ca',
    '--ember': '#c2410c',
    '--ember-soft': '#fff1e7',
    '--good': '#15703c',
    '--good-soft': '#e7f5ec',
    '--bad': '#b42318',
    '--bad-soft': '#fdeceb',
    '--warn': '#8a5300',
    '--warn-soft': '#fdf3dc',
    '--blue': '#1d5fd6',
    '--blue-soft': '#e9f1fe',
    '--violet': '#7b45c9',
    '--teal': '#0b7a75',
    '--pink': '#bb2b72',
    '--olive': '#6c7a10',
    '--focus': '#1d5fd6',
  },
  dark: {
    '--mantine-color-body': '#131211',
    '--mantine-color-text': '#ece8e4',
    '--mantine-color-dimmed': '#a39c95',
    '--mantine-color-placeholder': '#8f8880',
    '--mantine-color-error': '#ff8d80',
    '--mantine-primary-color-contrast': '#1c1917',
    '--surface': '#1b1918',
    '--surface-sunken': '#161514',
    '--line': '#2d2a27',
    '--line-strong': '#413c38',
    '--ember': '#fb923c',
    '--ember-soft': '#2e1d10',
    '--good': '#5fcf8b',
    '--good-soft': '#14291c',
    '--bad': '#ff8d80',
    '--bad-soft': '#351614',
    '--warn': '#f0b94d',
    '--warn-soft': '#2c2110',
    '--blue': '#7fb0ff',
    '--blue-soft': '#16243c',
    '--violet': '#c19bff',
    '--teal': '#4fc9c1',
    '--pink': '#ff8fc0',
    '--olive': '#c3cf59',
    '--focus': '#7fb0ff',
  },
})
