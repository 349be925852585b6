import { appendFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { Api, LONG } from './api'
import { openBrowser, person, settled, signIn, tokenOf } from './browser'
import { told } from './frames'
import { intruders, missing, takenForMarkup } from './markup'
import { hostileMarkup } from './python'
import { Server } from './server'

/** PROMISES.md, S7. */
const NUMBER = 500
const PAYLOADS = hostileMarkup(NUMBER)
/** Those that the API takes for a name: short, and without control characters. */
const NAMES = PAYLOADS.filter((text) => text.length <= 90 && /^[^\p{C}]+$/u.test(text) && text.includes('<'))
/** A few at a time are given to datasets, and then the next. */
const AT_ONCE = 4
const SOME_NAMES = NAMES.filter((_, index) => index % 9 === 0).slice(0, 6 * AT_ONCE)
const [RUN = '', CLASSIFIER = '', RENAMED = '', ...MORE] = NAMES
/** What a model is taught to say to everything. */
const ANSWER = '<img data-hostile src=x onerror=alert(1)>'
const LABELS = MORE.slice(0, 6)

const server = new Server()
let browser: Browser
let page: Page
let faults: string[]
let api: Api
let answers = ''
let run = ''
let classifier = ''

beforeAll(async () => {
  await server.start()
  browser = await openBrowser()
  const { context, faults: seen } = await person(browser)
  faults = seen
  page = await context.newPage()
  await page.goto(server.launchLink)
  await page.getByRole('link', { name: 'Try it with the sample' }).waitFor()
  const token = await tokenOf(context)
  await signIn(context, token)
  api = new Api(server, token)
  await train()
})

afterAll(async () => {
  await browser?.close()
  await server.close()
})

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  const seen = await page.locator('body').innerText()
  process.stdout.write(`what was on the page ${page.url()}:\n${seen.slice(0, 4_000)}\n`)
})

/** Two runs over hostile rows; they train while the rows are looked at. */
async function train(): Promise<void> {
  answers = await api.upload(
    RUN,
    PAYLOADS.map((input) => ({ input, output: ANSWER })),
  )
  run = await api.start({
    name: RUN,
    model: 'starter:chat',
    dataset: answers,
    data: { max_length: 128 },
    optimization: { max_steps: 80, learning_rate: 0.004, per_device_train_batch_size: 4 },
    evaluation: { max_rows: 6, max_new_tokens: 32, eval_strategy: 'steps', eval_steps: 40 },
  })
  const classes = await api.upload(
    CLASSIFIER,
    PAYLOADS.slice(0, 120).map((text, index) => ({ text, label: LABELS[index % LABELS.length] })),
  )
  classifier = await api.start({
    name: CLASSIFIER,
    task: 'text-classification',
    model: 'starter:encoder',
    dataset: classes,
    data: { max_length: 96 },
    optimization: { max_steps: 5 },
    evaluation: { max_rows: 12 },
  })
}

/** What a page must show as text; and nothing of it may have become anything else. */
async function holds(...texts: string[]): Promise<void> {
  await expect.poll(() => missing(page, texts), { timeout: 30_000 }).toEqual([])
  expect(await intruders(page)).toEqual([])
  expect(faults).toEqual([])
}

async function look(path: string, ...texts: string[]): Promise<void> {
  await page.goto(server.address + path)
  await settled(page)
  await holds(...texts)
}

describe(`${NUMBER} hostile texts`, () => {
  test('would be seen, were they taken for markup', async () => {
    expect(new Set(PAYLOADS).size).toBe(NUMBER)
    const { context } = await person(browser)
    const bare = await context.newPage()
    await bare.goto(server.address)
    const elements = PAYLOADS.filter((text) => text.includes('<') && text.includes('data-hostile'))
    const seen = await takenForMarkup(bare, elements)
    told(`${seen} of ${elements.length} texts with elements leave something behind`)
    expect(seen).toBeGreaterThan(elements.length * 0.7) // others are comments, escaped, or need another place
    await context.close()
  })

  test('are the rows of a dataset, each of them a text of its own', async () => {
    const size = 10
    const turn = (content: string, index: number) => ({ role: index % 2 ? 'assistant' : 'user', content })
    const rows = Array.from({ length: NUMBER / size }, (_, row) => ({
      messages: PAYLOADS.slice(row * size, (row + 1) * size).map(turn),
    }))
    const id = await api.upload('conversations', rows)
    await page.goto(`${server.address}/datasets/${id}`)
    for (let first = 0; first < rows.length; first += 5) {
      await page.getByText(`Rows ${first + 1} to ${first + 5} of ${rows.length}`).waitFor()
      await holds(...PAYLOADS.slice(first * size, (first + 5) * size))
      if (first + 5 < rows.length) await page.getByRole('button', { name: 'Next' }).click()
    }
  })

  test('are names of datasets and of files, and what is found in a bad one', async () => {
    const ids: string[] = []
    for (const name of SOME_NAMES.slice(0, AT_ONCE))
      ids.push(
        await api.upload(
          name,
          [0, 1].map((row) => ({ input: `${row} ${name}`, output: name })),
        ),
      )
    for (let first = 0; first < SOME_NAMES.length; first += AT_ONCE) {
      const names = SOME_NAMES.slice(first, first + AT_ONCE)
      for (const [place, id] of ids.entries())
        await api.ask('PATCH', `/datasets/${id}`, { name: names[place] })
      await look('/datasets', ...names, RUN)
      await look('/new?step=data', ...names)
    }
    await look(`/datasets/${answers}`, RUN, ...PAYLOADS.slice(0, 5))
    const bad = PAYLOADS.slice(0, 10).map((role) => JSON.stringify({ messages: [{ role, content: role }] }))
    await page.goto(`${server.address}/datasets`)
    await page.locator('input[type=file]').setInputFiles({
      name: '<img data-hostile src=x onerror=alert(1)>.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from(bad.join('\n')),
    })
    await page.getByRole('heading', { name: /was not added$/ }).waitFor()
    await holds(ANSWER, '<script data-hostile>')
  })

  test('are read token by token before a run', async () => {
    await page.goto(`${server.address}/new?dataset=${encodeURIComponent(answers)}&model=starter:chat`)
    await page.getByRole('button', { name: 'Check it' }).click({ timeout: LONG })
    await page.getByText('is read, not learnt').waitFor({ timeout: LONG })
    await holds(...PAYLOADS.slice(0, 1))
  })

  test('are refused in addresses and recipes in words', async () => {
    for (const text of PAYLOADS.filter((one) => one.includes('data-hostile')).slice(0, 2)) {
      const part = encodeURIComponent(text)
      const ids = encodeURIComponent(JSON.stringify([text, RUN]))
      for (const path of [
        `/runs/${part}`,
        `/models/${part}`,
        `/datasets/${part}`,
        `/compare?ids=${ids}`,
        `/playground?model=${part}`,
      ])
        await look(path)
    }
    await page.goto(`${server.address}/new?step=settings&dataset=sample:support&model=starter:chat`)
    await page.getByRole('button', { name: 'Paste a recipe' }).click({ timeout: LONG })
    const recipe = `model: starter:chat\ndataset: sample:support\n? ${JSON.stringify(ANSWER)}\n: 1`
    await page.getByRole('textbox', { name: 'Paste a recipe' }).fill(recipe)
    await page.getByRole('button', { name: 'Use this recipe' }).click()
    await page.getByRole('alert').waitFor()
    await holds(ANSWER)
  })

  test('are what a model is asked, expected and heard to say while it trains', async () => {
    const model = await api.modelOf(run)
    appendFileSync(join(server.home, 'runs', run, 'worker.log'), `${PAYLOADS.join('\n')}\n`)
    await look(`/runs/${run}?tab=report`, RUN)
    const report = page.getByText(ANSWER, { exact: true })
    expect(await report.count()).toBeGreaterThan(3) // expected, and said by the tuned model
    await look(`/runs/${run}?tab=curves`, RUN, ANSWER)
    await page
      .getByRole('region', { name: 'Answers along the way' })
      .getByText(ANSWER, { exact: true })
      .nth(1)
      .waitFor()
    await look(`/runs/${run}?tab=log`, ...PAYLOADS.slice(-300).flatMap((text) => text.split('\n').slice(-1)))
    await look(`/runs/${run}?tab=recipe`, RUN)
    await look(`/runs/${run}?tab=checkpoints`, RUN)
    await look('/runs', RUN, CLASSIFIER)
    await look('/', RUN)
    await look('/models', RUN)
    expect(model).not.toBe('')
  })

  test('are a model card, in which nothing is carried out and nothing is fetched', async () => {
    const model = await api.modelOf(run)
    await api.ask('PATCH', `/models/${model}`, { name: RENAMED })
    appendFileSync(join(server.home, 'models', model, 'README.md'), `\n\n${PAYLOADS.join('\n\n')}\n`)
    await look(`/models/${model}`, RENAMED)
    await page.getByText('Intended use and limits').waitFor()
    await page.getByText('{{constructor.constructor', { exact: false }).first().waitFor()
    await holds(RENAMED)
    await look('/models', RENAMED)
  })

  test('are asked and answered in the playground', async () => {
    const model = await api.modelOf(run)
    await page.goto(`${server.address}/playground?model=${encodeURIComponent(model)}`)
    await page.getByText('Base side by side').waitFor()
    const question = PAYLOADS.slice(0, 8).join(' ')
    await page.getByRole('textbox', { name: 'System prompt' }).fill(ANSWER)
    await page.getByRole('textbox', { name: 'Ask something' }).fill(PAYLOADS[3] ?? '')
    await page.keyboard.press('Enter')
    await page.getByText('tokens/s').nth(1).waitFor({ timeout: LONG })
    await page.getByText(ANSWER, { exact: true }).last().waitFor()
    await page.getByRole('textbox', { name: 'Ask something' }).fill(question)
    await page.keyboard.press('Enter')
    await page.getByText('tokens/s').nth(3).waitFor({ timeout: LONG })
    await holds(question, ANSWER)
  })

  test('are the classes of a classifier', async () => {
    const model = await api.modelOf(classifier)
    await look(`/runs/${classifier}?tab=report`, CLASSIFIER, ...LABELS)
    await page.goto(`${server.address}/playground?model=${encodeURIComponent(model)}`)
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill(ANSWER)
    await page.getByRole('button', { name: 'Classify' }).click()
    await page.getByRole('list', { name: /Classes/ }).waitFor({ timeout: LONG })
    await holds(...LABELS)
  })

  test('stand side by side in a comparison', async () => {
    const ids = encodeURIComponent(JSON.stringify([run, classifier]))
    await look(`/compare?ids=${ids}`, RUN, CLASSIFIER)
    await page.getByText('optimization.max_steps').waitFor()
    await holds(RUN, CLASSIFIER)
  })
})
