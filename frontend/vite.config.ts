import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

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

const STYLES = 'virtual:mantine.css'
const MANTINE = '@mantine/core/styles'

/**
 * Of Mantine's styles those of the components that are used, each with its component: a third of them all. A
 * component's own file names its stylesheet, and imports the components below it first, so that theirs come first.
 */
function usedStyles(): Plugin {
  let all = false
  return {
    name: 'used-styles',
    configResolved: ({ command }) => {
      all = command === 'serve' // where packages are bundled beforehand, and no plug-in sees their files
    },
    resolveId: (id) => (id === STYLES ? `\0${STYLES}.js` : null),
    load: (id) => {
      if (id !== `\0${STYLES}.js`) return null
      const files = all
        ? [`${MANTINE}.layer.css`]
        : [`${MANTINE}/baseline.layer.css`, `${MANTINE}/global.layer.css`]
      return files.map((file) => `import '${file}'`).join('\n')
    },
    transform: (code, id) => {
      const component = /@mantine\/core\/esm\/.*\/(\w+)\.module\.mjs$/.exec(id)?.[1]
      if (all || component === undefined) return null
      return { code: `import '${MANTINE}/${component}.layer.css'\n${code}`, map: null }
    },
  }
}

/** Beside each file that gains by it its gzipped twin, which the server hands out as it is. */
function gzippedTwins(): Plugin {
  return {
    name: 'gzipped-twins',
    apply: 'build',
    generateBundle: {
      order: 'post', // when nothing changes the files any more
      handler(_, bundle) {
        for (const { fileName, ...file } of Object.values(bundle)) {
          if (!/\.(js|css)$/.test(fileName)) continue
          const source = 'code' in file ? file.code : file.source
          this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) })
        }
      },
    },
  }
}

const MAIN = fileURLToPath(new URL('./src/main.tsx', import.meta.url))
let ofFirst: Set<string> | null = null

interface Graph {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null
}

/**
 * Everything that the first page imports without delay. Packages that are imported as one, with all that other pages
 * need of them, are left to the bundler.
 */
function modulesOfFirstPage(graph: Graph): Set<string> {
  const found = new Set([MAIN])
  for (const id of found)
    for (const next of graph.getModuleInfo(id)?.importedIds ?? [])
      if (!/node_modules\/(@mantine\/core|lucide-react)\//.test(next)) found.add(next)
  return found
}

export default defineConfig({
  plugins: [react(), themeVariables(), usedStyles(), gzippedTwins()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../modelforge/web/dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What the first page needs comes in one file: apart, it would be twenty requests, in three rounds.
            {
              name: (id: string, graph: Graph) =>
                (ofFirst ??= modulesOfFirstPage(graph)).has(id) ? 'first' : null,
              debugName: 'first',
              priority: 2,
            },
            // So does what five files share or more: apart, it would be forty.
            { name: 'shared', minShareCount: 5, test: (id: string) => !id.endsWith('.css'), priority: 1 },
          ],
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
