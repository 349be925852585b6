import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'

import { Api, LONG } from './api'
import { openBrowser, person, signIn, tokenOf } from './browser'
import { Server } from './server'

/** `make screenshots`: every page at three widths in both schemes, to be looked at one by one. */
const FOLDER = join(import.meta.dirname, '../../docs/screenshots')
const WIDTHS = { phone: [360, 740], tablet: [768, 1024], wide: [1440, 900] } as const

const server = new Server()
let browser: Browser
let api: Api

const RECIPE = {
  model: 'starter:chat',
  dataset: 'sample:support',
  data: { max_length: 128 },
  evaluation: { max_rows: 20, max_new_tokens: 64, eval_strategy: 'steps', eval_steps: 20 },
  checkpointing: { save_steps: 50 },
}
const GENTLE = {
  learning_rate: 0.001,
  max_steps: 100,
  per_device_train_batch_size: 4,
  gradient_accumulation_steps: 1,
}
const QUICK = { ...GENTLE, learning_rate: 0.004 }

const CLASSES = {
  task: 'text-classification',
  model: 'starter:encoder',
  dataset: 'sample:tickets',
  data: { max_length: 96 },
  optimization: { learning_rate: 0.002, max_steps: 260, per_device_train_batch_size: 8 },
}
const SPANS = {
  task: 'extractive-question-answering',
  model: 'starter:encoder',
  dataset: 'sample:questions',
  finetuning_type: 'full',
  data: { max_length: 128 },
  optimization: { learning_rate: 0.0008, max_steps: 160, per_device_train_batch_size: 8 },
}

/** One row that is fine, and four with a fault each. */
const SPOILT = [
  { input: 'The kettle does not turn on.', output: 'kettle' },
  { input: 'The kettle leaks.', output: '' },
  { input: 'The lamp is broken.', output: null },
  { input: 4, output: 'lamp' },
  { input: 'The chair wobbles.' },
]

async function start(name: string, optimization: object, recipe: object = RECIPE): Promise<string> {
  return api.start({ ...recipe, name, optimization })
}

async function until(
  id: string,
  holds: (run: { status: string; progress: { step: number } | null }) => boolean,
) {
  for (;;) {
    const run = await api.ask<Parameters<typeof holds>[0]>('GET', `/runs/${id}`)
    if (holds(run)) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true })
  await server.start()
  browser = await openBrowser()
})

afterAll(async () => {
  await browser.close()
  await server.close()
})

test('every page', { timeout: 1_800_000 }, async () => {
  const { context } = await person(browser)
  const door = await context.newPage()
  await shoot(door, 'sign-in', '/', (page) => page.getByText('Sign in to ModelForge').waitFor())
  await door.goto(server.launchLink)
  await door.getByText('Make your first model').waitFor()
  const token = await tokenOf(context)
  api = new Api(server, token)
  await signIn(context, token)
  await shoot(door, 'home-empty', '/', (page) => page.getByText('This machine').waitFor())

  const quick = await start('Support records', QUICK)
  const gentle = await start('Support records, gentle', GENTLE)
  await until(gentle, (run) => run.status === 'succeeded' || run.status === 'failed')
  const classes = await start('What a message wants', CLASSES.optimization, CLASSES)
  const spans = await start('Where the answer stands', SPANS.optimization, SPANS)
  await until(spans, (run) => run.status === 'succeeded' || run.status === 'failed')
  const page = await context.newPage()
  await page.goto(`${server.address}/new?dataset=sample:support&model=starter:chat`)
  await page.getByText('Trains', { exact: false }).first().waitFor({ timeout: LONG })

  const ids = encodeURIComponent(JSON.stringify([quick, gentle]))
  await shoot(page, 'data', '/datasets', settled)
  await shoot(page, 'dataset', '/datasets/sample:support', (one) =>
    one.getByText('Median', { exact: false }).waitFor({ timeout: LONG }),
  )
  await shoot(page, 'dataset-problems', '/datasets', refuse)
  await shoot(page, 'data-choice', '/new?step=data', settled)
  await shoot(page, 'model-choice', '/new?step=model', settled)
  await shoot(page, 'settings-form', '/new?step=settings', (one) =>
    one.getByText('Trains', { exact: false }).first().waitFor({ timeout: LONG }),
  )
  await shoot(page, 'check', '/new?step=check', (one) =>
    one.getByText('is read, not learnt').waitFor({ timeout: LONG }),
  )
  await shoot(page, 'report', `/runs/${quick}`, (one) => one.getByText('SHA-256').waitFor())
  await shoot(page, 'curves', `/runs/${quick}?tab=curves`, (one) =>
    one.getByText('What the curves say').waitFor(),
  )
  await shoot(page, 'log', `/runs/${quick}?tab=log`, settled)
  await shoot(page, 'checkpoints', `/runs/${quick}?tab=checkpoints`, settled)
  await shoot(page, 'recipe', `/runs/${quick}?tab=recipe`, settled)
  await shoot(page, 'compare', `/compare?ids=${ids}`, (one) =>
    one.getByText('Settings that differ').waitFor(),
  )
  await shoot(page, 'models', '/models', settled)
  await api.ask('POST', '/evaluations', {
    model: quick,
    against: gentle,
    config: { evaluation: { max_rows: 40 } },
  })
  await shoot(page, 'model', `/models/${quick}`, (one) =>
    one.getByText(/Difference .* interval/).waitFor({ timeout: LONG }),
  )
  await shoot(page, 'export-dialog', `/models/${quick}`, async (one) => {
    await one.getByRole('button', { name: 'Actions' }).click()
    await one.getByRole('menuitem', { name: 'Export' }).click()
    await one.getByRole('dialog').waitFor()
  })
  await shoot(page, 'settings', '/settings', settled)
  await shoot(page, 'playground', `/playground?model=${quick}`, converse)

  await shoot(page, 'report-classes', `/runs/${classes}`, (one) => one.getByText('SHA-256').waitFor())
  await shoot(page, 'playground-classes', `/playground?model=${classes}`, classify)
  await shoot(page, 'playground-answer', `/playground?model=${spans}`, find)

  const live = await start('Support records, longer', { ...QUICK, max_steps: 1500 })
  await start('Next in line', GENTLE)
  await start('After that', GENTLE)
  await until(live, (run) => (run.progress?.step ?? 0) > 120)
  await shoot(page, 'home', '/', settled)
  await shoot(page, 'runs', '/runs', settled)
  await shoot(page, 'run', `/runs/${live}`, (one) => one.getByText('What the curves say').waitFor())

  await page.evaluate(() => localStorage.setItem('modelforge-language', 'de'))
  await shoot(page, 'german-problems', '/datasets', refuse)
  await shoot(page, 'german-check', '/new?step=check', (one) =>
    one.getByText('wird gelesen, nicht gelernt').waitFor({ timeout: LONG }),
  )
  await shoot(page, 'german-report', `/runs/${quick}`, (one) => one.getByText('SHA-256').waitFor())
})

async function settled(page: Page): Promise<void> {
  await page.getByRole('heading').first().waitFor()
  await page.waitForTimeout(1_200)
}

/** Give in a file that cannot be taken, and wait until its lines are named. */
async function refuse(page: Page): Promise<void> {
  const lines = SPOILT.map((row) => JSON.stringify(row)).join('\n')
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'spoilt.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(`${lines}\n`) })
  await page.getByRole('heading', { name: /spoilt\.jsonl/ }).waitFor()
  await page.waitForTimeout(600)
}

async function converse(page: Page): Promise<void> {
  await page.getByText('Base side by side').waitFor()
  await page
    .getByRole('textbox', { name: 'Ask something' })
    .fill('Hello, I am Ada Byron. My order is 40213 and the kettle does not turn on. Please hurry.')
  await page.keyboard.press('Enter')
  await page.getByText('tokens/s').nth(1).waitFor({ timeout: LONG })
}

async function classify(page: Page): Promise<void> {
  await page
    .getByRole('textbox', { name: 'Text', exact: true })
    .fill('Hi, The fridge works well. I want my money back for the oven. Best, Flora')
  await page.getByRole('button', { name: 'Classify' }).click()
  await page.getByLabel('Classes with their probabilities').waitFor({ timeout: LONG })
}

async function find(page: Page): Promise<void> {
  const text =
    'Bianca has an orange tent. Bianca lost a guitar at the school. Yvonne went to the garden on Thursday. ' +
    'Yvonne has a job at the hospital. Ugo lives in London.'
  await page.getByRole('textbox', { name: 'Text to look in' }).fill(text)
  await page.getByRole('textbox', { name: 'Question' }).fill('Where does Yvonne work?')
  await page.getByRole('button', { name: 'Find the answer' }).click()
  await page.getByText(/^Probability \d/).waitFor({ timeout: LONG })
}

/** One page, six times. */
async function shoot(
  page: Page,
  name: string,
  path: string,
  ready: (page: Page) => Promise<void>,
): Promise<void> {
  await page.goto(server.address + path)
  await ready(page)
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    for (const [width, [wide, high]] of Object.entries(WIDTHS)) {
      await page.setViewportSize({ width: wide, height: high })
      await page.waitForTimeout(350)
      const content = await page.evaluate(() => document.documentElement.scrollHeight)
      await page.setViewportSize({ width: wide, height: Math.max(high, content) }) // what sticks, sticks to the end
      await page.waitForTimeout(150)
      await page.screenshot({
        path: join(FOLDER, `${name}-${width}-${scheme}.jpg`),
        type: 'jpeg',
        quality: 62,
      })
    }
  }
}
