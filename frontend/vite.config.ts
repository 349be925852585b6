import { fileURLToPath } from 'node:url'

import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core'
import react from '@vitejs/plugin-react'
import { type Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

import { theme, variables } from './src/app/theme.ts'

const VIRTUAL = 'virtual:theme.css'

/**
 * The theme's variables as a stylesheet of the build. Mantine would write them into a `<style>` element at run time,
 * which the server's content security policy rightly refuses.
 */
function themeVariables(): Plugin {
  return {
    name: 'theme-variables',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : null),
    load: (id) => {
      if (id !== `\0${VIRTUAL}`) return null
      const whole = mergeMantineTheme(DEFAULT_THEME, theme)
      const made = defaultCssVariablesResolver(whole)
      const ours = variables(whole)
      return convertCssVariables({
        variables: { ...made.variables, ...ours.variables },
        light: { ...made.light, ...ours.light },
        dark: { ...made.dark, ...ours.dark },
      })
    },
  }
}

export default defineConfig({
  plugins: [react(), themeVariables()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../modelforge/web/dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Modules that five files share or more come in one: apart, they would be forty requests.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'shared', minShareCount: 5, test: (id: string) => !id.endsWith('.css') }],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/v1': 'http://127.0.0.1:8000' } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    css: false,
    testTimeout: 30_000,
  },
})
