import { defineConfig } from 'vitest/config'

/** The product in a browser: one server and one test at a time. Only states are waited for; the limits are for hangs. */
export default defineConfig({
  test: {
    environment: 'node',
    include: process.env['SCREENSHOTS'] ? ['e2e/screenshots.ts'] : ['e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    bail: 1,
  },
})
