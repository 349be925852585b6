import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openBrowser, overhang } from './browser'
import { Server } from './server'

/** A folder for pictures, where one is named. */
const PICTURES = process.env['PICTURES']
const BYTES_PER_SECOND = 4 * 2 ** 20
const ROWS = 150_000

const server = new Server()
let browser: Browser
let page: Page

describe('an upload that is cut', () => {
  beforeAll(async () => {
    await server.start()
    writeFileSync(file(), Array.from({ length: ROWS }, (_, n) => row(n)).join(''))
    browser = await openBrowser()
    page = await browser.newPage({ locale: 'en-GB' })
    page.setDefaultTimeout(90_000)
    await page.goto(server.launchLink)
    await page.getByRole('link', { name: 'Try it with the sample' }).waitFor()
    const line = await page.context().newCDPSession(page)
    await line.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: BYTES_PER_SECOND,
    })
  })

  afterAll(async () => {
    await browser?.close()
    await server.close()
  })

  test('goes on by itself when the server is back, and after a reload when the file is chosen again', async () => {
    await page.goto(`${server.address}/datasets`)
    await page.locator('input[type=file]').setInputFiles(file())
    await page.getByText(/· [2-9]\d\s*%/).waitFor()
    await look('sending')
    await server.kill()
    await page.getByText('What has arrived is kept', { exact: false }).waitFor()
    await look('cut')
    await server.start()
    await page.getByText(/· [6-9]\d\s*%/).waitFor()

    const asked: string[] = []
    page.on('dialog', (dialog) => {
      asked.push(dialog.type())
      void dialog.accept()
    })
    await page.reload()
    expect(asked).toEqual(['beforeunload'])
    await page.getByText('rows.jsonl: ', { exact: false }).waitFor()
    await look('unfinished')
    await page.locator('input[type=file]').setInputFiles(file())
    const begun = Date.now()
    await page.getByText('Every row is being checked', { exact: false }).waitFor()
    expect(Date.now() - begun).toBeLessThan((ROWS * row(0).length * 600) / BYTES_PER_SECOND)
    await page.getByRole('heading', { name: 'rows.jsonl', level: 1 }).waitFor()
    expect(await page.locator('body').innerText()).toContain('150,000')
    await page.goto(`${server.address}/datasets`)
    expect(await page.getByRole('button', { name: 'Discard' }).count()).toBe(0)
  })
})

function file(): string {
  return join(server.home, 'rows.jsonl')
}

function row(n: number): string {
  const number = String(n).padStart(6, '0')
  return `{"input": "Say the number ${number}, and then say what you think of it.", "output": "It is ${number}."}\n`
}

async function look(state: string): Promise<void> {
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await overhang(page)).toBe(0)
    if (PICTURES === undefined) continue
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.screenshot({ path: join(PICTURES, `${state}-${width}-${scheme}.png`) })
    }
  }
}
