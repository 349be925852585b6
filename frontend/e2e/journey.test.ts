import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { Api, LONG } from './api'
import { openBrowser, overhang, person, seriousFaults, settled, signIn, tokenOf } from './browser'
import { everyPage } from './pages'
import { Server } from './server'

/** Long enough to be looked at from all sides, short enough to be waited for. */
const LONG_RUN = 2_000
const SHORT_RUN = 40
const JS_LIMIT = 300_000

const server = new Server()
let browser: Browser
let context: BrowserContext
let faults: string[]
let page: Page
let model = ''
let comparison = ''

const row = (index: number) => ({
  input: `My name is Person ${index}. My order is ${10_000 + index}. The kettle is broken.`,
  output: `{"order":"${10_000 + index}","product":"kettle"}`,
})

function file(name: string, lines: string[]): string {
  const path = join(server.home, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

beforeAll(async () => {
  await server.start()
  browser = await openBrowser()
  ;({ context, faults } = await person(browser))
  page = await context.newPage()
})

afterAll(async () => {
  await browser?.close()
  await server.close()
})

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  const seen = await page.locator('body').innerText()
  process.stdout.write(`what was on the page ${page.url()}:\n${seen}\n`)
})

describe('the journey', () => {
  test('a stranger sees the door, a launch link opens it and leaves no trace', async () => {
    await page.goto(server.address)
    await page.getByRole('heading', { name: 'Sign in to ModelForge' }).waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.goto(server.launchLink) // in the same tab, where only what follows # changes
    await page.getByRole('link', { name: 'Try it with the sample' }).waitFor()
    expect(page.url()).not.toContain('launch')
  })

  test('a first load is light and quick', async () => {
    const { context: fresh } = await person(browser)
    await signIn(fresh, await tokenOf(context))
    const first = await fresh.newPage()
    const scripts: Promise<Buffer>[] = []
    first.on('response', (response) => {
      if (response.url().endsWith('.js')) scripts.push(response.body())
    })
    const begun = Date.now()
    await first.goto(server.address)
    await first.getByRole('link', { name: 'Try it with the sample' }).waitFor()
    const interactive = Date.now() - begun
    const bytes = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body).length, 0)
    process.stdout.write(`first load: ${Math.round(bytes / 1000)} kB of gzipped scripts, ${interactive} ms\n`)
    expect(bytes).toBeLessThan(JS_LIMIT)
    expect(interactive).toBeLessThan(10_000) // under 1.5 s on a quiet machine; this one may be busy
    await fresh.close()
  })

  test('a dropped file is checked and shown as conversations', async () => {
    const lines = Array.from({ length: 60 }, (_, index) => JSON.stringify(row(index)))
    await page.getByRole('link', { name: 'Data', exact: true }).click()
    await drop(page, 'orders.jsonl', lines.join('\n'))
    await page.getByRole('heading', { name: 'orders.jsonl' }).waitFor()
    await page.getByText('My order is 10000.').waitFor()
    await page.getByText('Rows 1 to 5 of 60').waitFor()
    await page.getByText('Median', { exact: false }).waitFor({ timeout: LONG })
    await page
      .getByText('No row occurs again', { exact: false })
      .or(page.getByText('nearly.'))
      .first()
      .waitFor()
    await page.getByRole('combobox', { name: 'Look for its rows in' }).click()
    await page.getByRole('option', { name: 'sample:support' }).click()
    await page.getByText('None of its rows is there', { exact: false }).waitFor({ timeout: LONG })
    expect(await seriousFaults(page)).toEqual([])
  })

  test('the recipe is proposed, planned and checked', async () => {
    await page.getByRole('link', { name: 'Fine-tune on this' }).click()
    await page.getByRole('button', { name: /^starter:chat/ }).click()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'To the settings' }).click()
    await page.getByRole('textbox', { name: /Name of the run/ }).fill('First journey')
    await setting(page, 'max_steps', String(LONG_RUN))
    await setting(page, 'max_new_tokens', '24')
    await setting(page, 'evaluation.max_rows', '4')
    await page.getByText('Trains', { exact: false }).first().waitFor()
    await page.getByText(`max_steps: ${LONG_RUN}`).waitFor()
    expect(await seriousFaults(page)).toEqual([])

    await setting(page, 'learning_rate', '7')
    await page.getByText('less than or equal to 1').waitFor()
    await page.getByText('To be corrected: optimization.learning_rate').waitFor()
    expect(await page.getByRole('button', { name: 'Check it' }).isDisabled()).toBe(true)
    await setting(page, 'learning_rate', '0.004')
    await page.getByText('less than or equal to 1').waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'Check it' }).click()
    await page.getByText('Everything holds').waitFor({ timeout: LONG })
    await page.getByText('is read, not learnt').waitFor({ timeout: LONG })
    expect(await seriousFaults(page)).toEqual([])
  })

  test('a run goes on through a reload, a second tab and the death of its server', async () => {
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.waitForURL('**/runs/**')
    const step = await reached(page)
    expect(await seriousFaults(page)).toEqual([])

    await page.reload()
    expect(await reached(page)).toBeGreaterThanOrEqual(step)
    const second = await context.newPage()
    await second.goto(page.url())
    expect(await reached(second)).toBeGreaterThanOrEqual(step)
    await second.close()

    const before = await reached(page)
    await server.kill()
    const away = page.getByText('The server does not answer', { exact: false })
    await away.waitFor({ timeout: LONG })
    await server.start()
    await away.waitFor({ state: 'detached', timeout: LONG })
    await expect.poll(() => reached(page), { timeout: LONG }).toBeGreaterThan(before)
  })

  test('a run is stopped, resumed where it was, and stopped again', async () => {
    const before = await reached(page)
    await stop()
    await page.getByRole('img', { name: /^Loss\./ }).waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(() => reached(page), { timeout: LONG }).toBeGreaterThan(before)
    await stop()
    await page.getByRole('tab', { name: 'Log' }).click()
    await page
      .getByRole('group', { name: 'Log of the worker' })
      .getByText("'loss'", { exact: false })
      .waitFor()
    await page.getByRole('tab', { name: 'Checkpoints' }).click()
    await page
      .getByText(/^Step \d+/)
      .first()
      .waitFor()
  })

  test('the same settings, shorter, end in a report', async () => {
    await page.getByRole('tab', { name: 'Recipe' }).click()
    await page.getByRole('button', { name: 'Use these settings again' }).click()
    await page.getByRole('textbox', { name: /Name of the run/ }).fill('First journey')
    await setting(page, 'max_steps', String(SHORT_RUN))
    await page.getByText(`max_steps: ${SHORT_RUN}`).waitFor()
    await page.getByRole('button', { name: 'Check it' }).click()
    await page.getByRole('button', { name: 'Start training' }).click({ timeout: LONG })
    await page.getByRole('tab', { name: 'Report' }).click({ timeout: LONG })
    await page.getByText('Before and after, on the same held-out rows').waitFor()
    await page.getByText('SHA-256 of the data').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('tab', { name: 'Curves' }).click()
    await page.getByRole('img', { name: /^Loss\./ }).waitFor()
    await page.getByRole('img', { name: /^Utilisation of the device/ }).waitFor()
    await page
      .getByRole('region', { name: 'Answers along the way' })
      .getByText(/^Step \d+ · \d of \d$/)
      .waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('tab', { name: 'Report' }).click()
  })

  test('runs are laid side by side', async () => {
    const run = page.url()
    await page.getByRole('link', { name: 'Runs', exact: true }).first().click()
    await page.getByRole('checkbox', { name: 'Compare First journey' }).nth(1).waitFor()
    for (const box of await page.getByRole('checkbox', { name: 'Compare First journey' }).all())
      await box.check()
    await page.getByRole('button', { name: 'Compare 2' }).click()
    await page.getByText('optimization.max_steps').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    comparison = page.url().slice(server.address.length)
    await page.goto(run)
  })

  test('the tuned model answers beside its base', async () => {
    await page.getByRole('link', { name: 'Try the model' }).click()
    await page.waitForURL('**/playground?**')
    model = new URL(page.url()).searchParams.get('model') ?? ''
    await page.getByText('Base side by side').waitFor()
    await page.getByRole('textbox', { name: 'Ask something' }).fill(row(7).input)
    await page.keyboard.press('Enter')
    await page.getByText('tokens/s').nth(1).waitFor({ timeout: LONG })
    await page.getByText('"kettle"').first().waitFor()
    expect(await seriousFaults(page)).toEqual([])
  })

  test('a classifier shows its classes, and no base beside them', async () => {
    const back = page.url()
    const id = await trained({
      task: 'text-classification',
      model: 'starter:encoder',
      dataset: 'sample:tickets',
      optimization: { max_steps: 5 },
      evaluation: { max_rows: 5 },
    })
    await page.goto(`${server.address}/playground?model=${id}`)
    await page
      .getByRole('textbox', { name: 'Text', exact: true })
      .fill('My parcel never came. I would like my money back.')
    await page.getByRole('button', { name: 'Classify' }).click()
    await page
      .getByRole('list', { name: /Classes/ })
      .getByText('refund')
      .waitFor({ timeout: LONG })
    expect(await page.getByText('Base side by side').count()).toBe(0)
    expect(await seriousFaults(page)).toEqual([])
    await page.goto(back)
  })

  test('the library keeps the model with its card', async () => {
    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await page.getByRole('link', { name: 'First journey' }).click()
    await page.getByText('Intended use and limits').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    expect(faults).toEqual([])
  })

  test('a model is merged with its base, and the merged one deleted', async () => {
    const adapter = page.url()
    await act('Merge into its base')
    await page.getByText('Merged', { exact: true }).waitFor({ timeout: LONG })
    await page
      .getByRole('link', { name: /^First journey.*merged/ })
      .first()
      .click()
    await page.getByText('Intended use and limits').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    const merged = page.url()
    await act('Delete')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.waitForURL('**/models')
    await page.getByRole('link', { name: 'First journey', exact: true }).waitFor()
    expect(await page.locator(`a[href="${new URL(merged).pathname}"]`).count()).toBe(0)
    await page.goto(adapter)
    await page.getByText('Intended use and limits').waitFor()
  })

  test('a model is measured again, beside its base or alone', async () => {
    await measure(async () => {})
    await page.getByText('being measured', { exact: false }).waitFor()
    await page.getByText(/Difference .* interval/).waitFor({ timeout: LONG })
    expect(await seriousFaults(page)).toEqual([])
    await measure(async () => {
      await choose(page, 'On which rows', 'sample:support')
      await choose(page, 'Beside which model', 'None, measure it alone')
    })
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByText('Stopped', { exact: true }).waitFor({ timeout: LONG })
    expect(faults).toEqual([])
  })
})

describe('what may go wrong', () => {
  test('bad rows are named by line, and the file is not taken', async () => {
    await page.getByRole('link', { name: 'Data', exact: true }).click()
    const path = file('bad.jsonl', ['{"input":"a","output":"b"}', '{"input":"a"', '{"input":3,"output":""}'])
    await page.locator('input[type=file]').setInputFiles(path)
    await page.getByRole('heading', { name: 'bad.jsonl was not added' }).waitFor()
    await page.getByText('Line 2').waitFor()
    await page.getByText('Line 3 · output').waitFor()
    expect(await seriousFaults(page)).toEqual([])
  })

  test('columns with unknown names are mapped by a person, and pass the check like any others', async () => {
    const path = file(
      'named.jsonl',
      Array.from(
        { length: 12 },
        (_, n) => `{"frage":"Was kommt nach ${n}?","antwort":"Nach ${n} kommt ${n + 1}."}`,
      ),
    )
    await page.locator('input[type=file]').setInputFiles(path)
    await page.getByRole('heading', { name: 'Which column is what?' }).waitFor()
    await choose(page, 'Input', 'frage')
    await choose(page, 'Output', 'antwort')
    await page.getByRole('button', { name: 'Read it this way' }).click()
    await page.getByText('Rows 1 to 5 of 12').waitFor()
    await page.getByText(/^Median /).waitFor({ timeout: LONG })
    await page.getByRole('link', { name: 'Fine-tune on this' }).click()
    await page.getByRole('button', { name: /^starter:chat/ }).click()
    await page.getByRole('button', { name: 'To the settings' }).click()
    await page.getByText('Memory plan').waitFor({ timeout: LONG })
    await page.getByRole('button', { name: 'Check it' }).click()
    await page.getByText('Everything holds').waitFor({ timeout: LONG })
    expect(await page.getByRole('navigation', { name: 'Steps' }).getByText('named.jsonl').count()).toBe(1)
  })

  test('settings that exclude each other are refused before anything starts', async () => {
    await page.goto(`${server.address}/new?dataset=sample:support&model=starter:chat`)
    await page.getByText('Memory plan').waitFor({ timeout: LONG })
    await page.getByRole('button', { name: 'Paste a recipe' }).click()
    await page
      .getByRole('textbox', { name: 'Paste a recipe' })
      .fill('model: starter:chat\ndataset: sample:support\nfinetuning_type: full\nload_in_4bit: true')
    await page.getByRole('button', { name: 'Use this recipe' }).click()
    await page.getByText('weights cannot be trained in full', { exact: false }).waitFor()
  })

  test.each([
    ['en-GB', 'light'],
    ['de-DE', 'dark'],
  ] as const)('no page is wider than a phone or has a serious fault: %s, %s', async (locale, colorScheme) => {
    const phone = { width: 360, height: 740 }
    const { context: theirs, faults: seen } = await person(browser, { locale, colorScheme, viewport: phone })
    await signIn(theirs, await tokenOf(context))
    const held = await theirs.newPage()
    for (const path of [...everyPage(model), comparison]) {
      await held.goto(server.address + path)
      await settled(held)
      expect(await overhang(held), path).toBeLessThanOrEqual(0)
      expect(await seriousFaults(held), path).toEqual([])
    }
    expect(await held.locator('html').getAttribute('lang')).toBe(locale.slice(0, 2))
    expect(seen).toEqual([])
    await theirs.close()
  })
})

/** The model of a run, started over the API and waited for. */
async function trained(config: object): Promise<string> {
  const api = new Api(server, await tokenOf(context))
  return api.modelOf(await api.start(config))
}

/** Drop a file as a person does, with the mouse. */
async function drop(on: Page, name: string, text: string): Promise<void> {
  const transfer = await on.evaluateHandle(
    ([fileName = '', content = '']) => {
      const data = new DataTransfer()
      data.items.add(new File([content], fileName))
      return data
    },
    [name, text],
  )
  await on.getByText('Drop a file here').dispatchEvent('drop', { dataTransfer: transfer })
}

/** Find one setting among all, and give it a value. */
async function setting(on: Page, name: string, value: string): Promise<void> {
  const essential = { learning_rate: /^Learning rate/ }[name]
  if (essential) {
    await on.getByRole('textbox', { name: essential }).fill(value)
    return
  }
  const search = on.getByRole('textbox', { name: 'Find a setting' })
  await search.fill(name)
  const found = on.getByRole('region', { name: 'All settings' }).getByRole('textbox')
  await found.nth(1).fill(value)
  await search.fill('')
}

/** Stop the run of the page, and wait until it has saved and can be resumed. */
async function stop(): Promise<void> {
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('button', { name: 'Resume' }).waitFor({ timeout: LONG })
}

/** Do one of the things that can be done with the model of the page. */
async function act(action: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: action, exact: true }).click()
}

async function measure(decide: () => Promise<void>): Promise<void> {
  await act('Measure it')
  await decide()
  await page.getByRole('dialog').getByRole('button', { name: 'Measure', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

async function choose(on: Page, label: string, option: string): Promise<void> {
  await on.getByRole('combobox', { name: label, exact: true }).click()
  await on.getByRole('option', { name: option, exact: true }).click()
}

/** The step that a page shows. */
async function reached(on: Page): Promise<number> {
  const words = await on
    .getByText(/Step [\d,]+ of 2,000/)
    .first()
    .textContent({ timeout: LONG })
  return Number(/Step ([\d,]+)/.exec(words ?? '')?.[1]?.replace(',', '') ?? -1)
}
