import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { LONG } from './api'
import { openBrowser, person, settled, signIn, tokenOf } from './browser'
import { sweep } from './focus'
import { told } from './frames'
import { Hands, listen } from './hands'
import { everyPage } from './pages'
import { Server } from './server'

/** Enough for a run to be stopped in its midst and taken up again. */
const MOST_STEPS = 200

const server = new Server()
let browser: Browser
let context: BrowserContext
let faults: string[]
let page: Page
let hands: Hands
let model = ''
let back = ''

beforeAll(async () => {
  await server.start()
  browser = await openBrowser()
  ;({ context, faults } = await person(browser))
  page = await context.newPage()
  page.on('filechooser', () => undefined) // else the first one may be asked for before Playwright listens
  hands = new Hands(page)
  await page.goto(server.launchLink)
  await page.getByRole('link', { name: 'Try it with the sample' }).waitFor()
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

describe('the journey by keyboard alone', () => {
  test('begins with the way past the navigation', async () => {
    await hands.press('Tab')
    expect(await hands.at()).toMatchObject({ role: 'link', name: 'Skip to the content' })
    await hands.press('Enter')
    await hands.to('link', 'Try it with the sample')
    await hands.to('link', 'Fine-tune a model', 'Shift+Tab')
    await hands.press('Enter')
    await hands.arrived('Fine-tune a model')
  })

  test('data is chosen: a file from the disk, and a sample', async () => {
    const heard = await listen(page)
    await hands.to('button', 'Choose a file')
    const asked = page.waitForEvent('filechooser')
    await hands.press('Enter')
    await (await asked).setFiles(orders())
    await page.getByRole('heading', { name: 'orders.jsonl' }).waitFor()
    expect((await heard()).join('\n')).toMatch(/checked/i)
    await hands.to('button', /^orders\.jsonl/)
    await hands.to('button', /^sample:support/)
    await hands.press('Space')
    await page.getByRole('heading', { name: 'sample:support' }).waitFor()
    await hands.to('button', /^orders\.jsonl/, 'Shift+Tab')
    await hands.press('Enter')
    await page.getByText('My order is 10000.').waitFor()
    await hands.to('button', 'Next')
    await hands.press('Enter')
    await page.getByText('My order is 10005.').waitFor()
    await hands.to('button', 'Choose a model')
    await hands.press('Enter')
    await hands.arrived('Fine-tune a model')
  })

  test('a model is chosen', async () => {
    await hands.to('button', /^starter:chat/)
    await hands.press('Space')
    await hands.to('button', 'To the settings')
    await hands.press('Enter')
    await hands.arrived('Fine-tune a model')
    await page.getByText('Trains', { exact: false }).first().waitFor({ timeout: LONG })
  })

  test('settings are explained, searched, chosen and written', async () => {
    await hands.to('textbox', /^Name of the run/)
    await hands.write('By keyboard')
    await hands.to('button', /^About /)
    await page.getByRole('tooltip').waitFor()
    await hands.press('Escape')
    await page.getByRole('tooltip').waitFor({ state: 'detached' })
    await hands.to('button', /^General/)
    await hands.press('Enter')
    expect(await page.getByRole('button', { name: /^General/ }).getAttribute('aria-expanded')).toBe('true')
    await hands.to('textbox', 'Find a setting', 'Shift+Tab')
    await hands.write('lr_scheduler_type')
    await hands.to('combobox', /schedule/i)
    await hands.press('Enter')
    await page.getByRole('listbox').waitFor()
    await hands.press('Escape')
    await page.getByRole('listbox').waitFor({ state: 'detached' })
    await hands.press('Enter')
    await page.getByRole('listbox').waitFor()
    await hands.press('ArrowDown')
    const marked = page.locator('[role=option][data-combobox-selected]')
    const chosen = await marked.getAttribute('value')
    expect(chosen).toBe('constant') // the one after the default
    await hands.press('Enter')
    await page.getByText(`lr_scheduler_type: ${chosen}`).waitFor()
    await setting('max_steps', String(MOST_STEPS))
    await setting('gradient_accumulation_steps', '1')
    await setting('evaluation.max_rows', '4')
    await setting('max_new_tokens', '24')
    await hands.to('radio', 'YAML')
    await hands.press('ArrowRight')
    await page.getByRole('group', { name: /command/i }).waitFor()
    await hands.press('ArrowLeft')
    await page.getByText(`max_steps: ${MOST_STEPS}`).waitFor()
    await hands.to('button', 'Check it')
    await hands.press('Enter')
    await hands.arrived('Fine-tune a model')
  })

  test('a run is started, stopped and taken up again', async () => {
    await page.getByText('Everything holds').waitFor({ timeout: LONG })
    await hands.to('button', 'Start training')
    await hands.press('Enter')
    await hands.arrived('By keyboard')
    const heard = await listen(page)
    await page
      .getByText(/^Step \d+ of/)
      .first()
      .waitFor({ timeout: LONG })
    await hands.to('button', 'Stop')
    await hands.press('Enter')
    await hands.stayInDialog()
    await hands.press('Escape')
    await hands.outOfDialog()
    await expect.poll(async () => (await hands.at()).name).toBe('Stop')
    await hands.press('Enter')
    await hands.inDialog()
    await hands.to('button', 'Stop')
    await hands.press('Space')
    await page.getByRole('button', { name: 'Resume' }).waitFor({ timeout: LONG })
    await hands.arrived('By keyboard') // where the button was that had the focus there is none
    await hands.to('button', 'Resume')
    await hands.press('Enter')
    await page.getByRole('button', { name: 'Resume' }).waitFor({ state: 'detached' })
    await hands.arrived('By keyboard')
    await page.getByRole('link', { name: 'Try the model' }).waitFor({ timeout: LONG })
    const words = (await heard()).join('\n')
    for (const told of [/Training/, /Stopped/, /Done/, /\d\d%/]) expect(words).toMatch(told)
  })

  test('its parts are gone through by arrows, and its curve step by step', async () => {
    await hands.to('tab', 'Report')
    await hands.press('ArrowRight', 'ArrowRight')
    await page.getByRole('group', { name: 'Log of the worker' }).waitFor()
    await hands.to('group', 'Log of the worker')
    await hands.to('tab', 'Log', 'Shift+Tab')
    await hands.press('ArrowLeft')
    await page.getByRole('img', { name: /^Loss\./ }).waitFor()
    const reader = page.getByRole('slider', { name: /^Loss/ })
    await hands.to('slider', /^Loss/)
    const last = Number(await reader.getAttribute('aria-valuenow'))
    await hands.press('ArrowLeft')
    await expect.poll(async () => Number(await reader.getAttribute('aria-valuenow'))).toBeLessThan(last)
    expect(await reader.getAttribute('aria-valuetext')).toMatch(/^step \d+.*: .*\d/)
    await hands.press('Home')
    await expect.poll(async () => Number(await reader.getAttribute('aria-valuenow'))).toBeLessThan(last / 2)
    await hands.to('switch', 'Logarithmic')
    await hands.press('Space')
    expect(await page.getByRole('switch', { name: 'Logarithmic' }).isChecked()).toBe(true)
    await hands.to('tab', 'Curves', 'Shift+Tab')
    await hands.press('ArrowLeft')
    await page.getByText('Before and after, on the same held-out rows').waitFor()
  })

  test('the model answers', async () => {
    back = page.url()
    await hands.to('link', 'Try the model', 'Shift+Tab')
    await hands.press('Enter')
    await hands.arrived('Playground')
    model = new URL(page.url()).searchParams.get('model') ?? ''
    const heard = await listen(page)
    await hands.to('switch', 'Base side by side')
    await hands.press('Space')
    await hands.to('textbox', 'Ask something')
    await hands.write('My name is Ada. My order is 10007. The kettle is broken.')
    await hands.press('Enter')
    await page.getByText('tokens/s').waitFor({ timeout: LONG })
    expect(await hands.at()).toMatchObject({ role: 'textbox', name: 'Ask something' })
    const words = (await heard()).join('\n')
    expect(words).toMatch(/Loading the model/)
    expect(words).toMatch(/kettle/)
  })

  test('a dialog from a menu gives the focus back to it', async () => {
    await hands.to('link', 'Models', 'Shift+Tab')
    await hands.press('Enter')
    await hands.arrived('Models')
    await hands.to('link', 'By keyboard')
    await hands.press('Enter')
    await hands.arrived('By keyboard')
    await page.getByText('Intended use and limits').waitFor()
    await openMenu('Rename model', 'Rename')
    await hands.press('Escape')
    await hands.outOfDialog()
    await expect.poll(async () => (await hands.at()).name).toBe('Actions')
    expect(faults).toEqual([])
  })
})

describe('every page by Tab', () => {
  test.each([
    ['a wide screen', { width: 1280, height: 860 }],
    ['a phone', { width: 360, height: 740 }],
  ])('nothing on it is missed, hidden or nameless: %s', async (_, viewport) => {
    const { context: theirs, faults: seen } = await person(browser, { viewport })
    await signIn(theirs, await tokenOf(context))
    const held = await theirs.newPage()
    const missed: string[] = []
    for (const path of everyPage(model)) {
      await held.goto(server.address + path)
      await settled(held)
      const found = await sweep(held)
      told(`${path}: ${found.stops} stops`)
      missed.push(...found.faults.map((fault) => `${path}: ${fault}`))
      expect(found.stops, path).toBeGreaterThan(7) // the navigation, and something of the page
    }
    expect(missed).toEqual([])
    expect(seen).toEqual([])
    await theirs.close()
  })
})

describe('in the end', () => {
  test('a model and a run are deleted', async () => {
    await page.bringToFront()
    await page.goto(`${server.address}/playground?model=${model}`) // a model that is loaded there is kept
    await page.getByRole('button', { name: 'Free the memory' }).waitFor()
    await hands.to('button', 'Free the memory')
    await hands.press('Enter')
    await page.getByRole('button', { name: 'Free the memory' }).waitFor({ state: 'detached' })
    await page.goto(`${server.address}/models/${model}`)
    await page.getByText('Intended use and limits').waitFor()
    await openMenu('Delete', 'Delete')
    await hands.to('button', 'Delete')
    await hands.press('Enter')
    await page.waitForURL('**/models')
    await hands.arrived('Models')
    await page.goto(back)
    await page.getByRole('button', { name: 'Delete', exact: true }).waitFor()
    await hands.to('button', 'Delete')
    await hands.press('Enter')
    await hands.stayInDialog()
    await hands.to('button', 'Delete')
    await hands.press('Enter')
    await page.waitForURL('**/runs')
    await hands.arrived('Runs')
    await page.getByText('No runs yet').waitFor()
    expect(faults).toEqual([])
  })
})

/** A file of rows on the disk. */
function orders(): string {
  const path = join(server.home, 'orders.jsonl')
  const rows = Array.from({ length: 60 }, (_, index) => ({
    input: `My name is Person ${index}. My order is ${10_000 + index}. The kettle is broken.`,
    output: `{"order":"${10_000 + index}","product":"kettle"}`,
  }))
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'))
  return path
}

/** Find a setting by its key, and write its value; begins and ends in the search. */
async function setting(key: string, value: string): Promise<void> {
  await hands.to('textbox', 'Find a setting', 'Shift+Tab')
  await hands.write(key)
  await hands.to('textbox', /./)
  await hands.write(value)
}

/** Open the menu of the model's page, go down to an entry by arrows, and be in its dialog. */
async function openMenu(dialog: string, entry: string): Promise<void> {
  await hands.to('button', 'Actions')
  await hands.press('Enter')
  await page.getByRole('menuitem', { name: entry, exact: true }).waitFor()
  await page.waitForFunction(() => {
    const entry = document.activeElement // the menu fades in: its first moment is not seen yet
    return entry?.getAttribute('role') === 'menuitem' && entry.checkVisibility({ opacityProperty: true })
  })
  for (let count = 0; (await hands.at()).name !== entry && count < 12; count += 1)
    await hands.press('ArrowDown')
  await hands.press('Enter')
  await page.getByRole('dialog', { name: new RegExp(dialog) }).waitFor()
  await hands.stayInDialog()
}
