import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { Api, LONG } from './api'
import { openBrowser, person, signIn, tokenOf } from './browser'
import { leastOf, longestGap, told } from './frames'
import { PYTHON, script } from './python'
import { Server } from './server'

const STEPS = 100_000
const RUN = `steps-${STEPS}`
/** What a machine of two cores keeps in the least disturbed of a few tries; the figures are printed. */
const DRAWN_MS = 3_000
const FRAME_MS = 200
const ANSWER_BYTES = 1_500_000

const server = new Server()
let worker: ChildProcess
let browser: Browser
let page: Page
let faults: string[]
let api: Api

/** A run that has said `STEPS` steps and goes on. */
async function startRun(): Promise<void> {
  worker = spawn(PYTHON, [script('frontend/e2e/long_run.py'), server.home, String(STEPS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (worker.stdout === null) throw new Error('the run says nothing')
  const ended = once(worker, 'exit').then(([code]) => {
    throw new Error(`the run ended before its steps were said: ${code}`)
  })
  await Promise.race([once(createInterface({ input: worker.stdout }), 'line'), ended])
  ended.catch(() => undefined) // it ends when it is stopped
}

beforeAll(async () => {
  await server.start()
  browser = await openBrowser()
  const first = await person(browser)
  const door = await first.context.newPage()
  await door.goto(server.launchLink)
  await door.getByRole('link', { name: 'Try it with the sample' }).waitFor()
  const token = await tokenOf(first.context)
  api = new Api(server, token)
  await first.context.close()
  await startRun()
  await vi.waitUntil(async () => (await stored()) > STEPS, { timeout: LONG, interval: 250 })
  const { context, faults: seen } = await person(browser)
  await signIn(context, token)
  faults = seen
  page = await context.newPage()
})

afterAll(async () => {
  await browser?.close()
  await server.close()
  if (worker?.exitCode === null) worker.kill()
})

describe(`the curves of a run of ${STEPS.toLocaleString('en')} steps that goes on`, () => {
  test('are answered thinned, and drawn in a moment', async () => {
    const ms = await leastOf(DRAWN_MS, open)
    const { series, bytes } = await answered()
    told(`drawn after ${ms} ms, from ${bytes} bytes`)
    expect(series['loss']?.total).toBeGreaterThanOrEqual(STEPS)
    expect(series['loss']?.steps.length).toBeLessThanOrEqual(3_000)
    expect(Object.keys(series)).toContain('evaluation_loss')
    expect(bytes).toBeLessThan(ANSWER_BYTES)
    expect(ms).toBeLessThan(DRAWN_MS)
  })

  test('follow the pointer', async () => {
    const { left, right, middle } = await place()
    await staysSmooth('moving across', async () => {
      for (let part = 0; part <= 60; part += 1)
        await page.mouse.move(left + ((right - left) * part) / 60, middle)
      await page
        .getByText(/^step [\d,]+$/)
        .first()
        .waitFor()
    })
  })

  test('are zoomed, gone through by keyboard, and shown whole again', async () => {
    const { left, right, middle } = await place()
    const at = (share: number) => page.mouse.move(left + (right - left) * share, middle)
    const reader = page.getByRole('slider', { name: /^Loss/ })
    await staysSmooth('zooming', async () => {
      await at(0.4)
      await page.mouse.down()
      for (let part = 0; part <= 20; part += 1) await at(0.4 + 0.01 * part)
      await page.mouse.up()
      await page.getByRole('button', { name: 'Whole run' }).waitFor()
      await reader.focus()
      for (let press = 0; press < 40; press += 1) await page.keyboard.press('ArrowLeft')
      const step = Number(await reader.getAttribute('aria-valuenow'))
      expect(step).toBeGreaterThan(STEPS * 0.35)
      expect(step).toBeLessThan(STEPS * 0.65)
      await page.getByRole('button', { name: 'Whole run' }).click()
      await page.getByRole('button', { name: 'Whole run' }).waitFor({ state: 'detached' })
    })
  })

  test('are drawn otherwise', async () => {
    await staysSmooth('switching', async () => {
      for (const name of ['Logarithmic', 'Smooth', 'Logarithmic', 'Smooth'])
        await page.getByRole('switch', { name }).press('Space')
    })
  })

  test('go on while points come in', async () => {
    await staysSmooth('points coming in', async () => {
      const before = await reached()
      await expect.poll(reached, { timeout: LONG }).toBeGreaterThan(before + 20)
    })
  })

  test('stay as they were when the run has been stopped', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped', { exact: true }).first().waitFor({ timeout: LONG })
    await drawn()
    expect(faults).toEqual([])
  })
})

/** The number of the last event that the server has stored of the run; 0 before it has seen it. */
async function stored(): Promise<number> {
  const found = await api
    .ask<{ last_seq: number }>('GET', `/runs/${RUN}/metrics?points=3`)
    .catch(() => ({ last_seq: 0 }))
  return found.last_seq
}

/** Open the page of the run anew; returns the ms until its curve stands there. */
async function open(): Promise<number> {
  await page.goto('about:blank')
  const begun = Date.now()
  await page.goto(`${server.address}/runs/${RUN}?tab=curves`)
  await drawn()
  return Date.now() - begun
}

/** What the page is told of the curves, and how many bytes that takes. */
async function answered() {
  const [response] = await Promise.all([
    page.waitForResponse((one) => one.url().includes('/metrics?')),
    page.reload(),
  ])
  const { responseBodySize: bytes } = await response.request().sizes()
  const body = (await response.json()) as { series: Record<string, { steps: number[]; total: number }> }
  await drawn()
  return { bytes, series: body.series }
}

/** Something is done on the page, and no frame is late. */
async function staysSmooth(name: string, act: () => Promise<void>): Promise<void> {
  const gap = await leastOf(FRAME_MS, () => longestGap(page, name, act))
  expect(gap).toBeLessThan(FRAME_MS)
}

/** Until there is a line in the picture of the loss. */
async function drawn(): Promise<void> {
  await page.getByRole('img', { name: /^Loss\./ }).waitFor()
  await page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[role=img][aria-label^="Loss."] canvas')
    const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
    return pixels?.some((value) => value !== 0) ?? false
  })
}

/** Where the picture of the loss is, in pixels of the window. */
async function place(): Promise<{ left: number; right: number; middle: number }> {
  const box = await page.getByRole('img', { name: /^Loss\./ }).boundingBox()
  if (box === null) throw new Error('there is no picture of the loss')
  return { left: box.x + 70, right: box.x + box.width - 30, middle: box.y + box.height / 2 }
}

/** The step that the page says the run has come to. */
async function reached(): Promise<number> {
  const words = await page
    .getByText(/Step [\d,]+ of/)
    .first()
    .textContent()
  return Number(/Step ([\d,]+)/.exec(words ?? '')?.[1]?.replaceAll(',', '') ?? -1)
}
