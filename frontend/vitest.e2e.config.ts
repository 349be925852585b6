import { defineConfig } from 'vitest/config'

/** The whole product in a browser: one server and one test at a time. */
export default defineConfig({
  test: {
    environment: 'node',
    include: process.env['SCREENSHOTS'] ? ['e2e/screenshots.ts'] : ['e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 300_000,
    bail: 1,
  },
})
