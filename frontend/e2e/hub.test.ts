import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { openBrowser, overhang, person, seriousFaults } from './browser'
import { Hub, publishModel } from './hub'
import { Server } from './server'

const LONG = 400_000
const MODEL = 'support-chat-20260102-030405-abcd'
const TOKENS = { reader: 'hf_reader', owner: 'hf_writer_of_own', wrong: 'hf_mistyped_0123456789' }
/** A folder for pictures of each state at three widths in both schemes, where one is named. */
const PICTURES = process.env['PICTURES']
const WIDTHS = { phone: [360, 740], tablet: [768, 1024], wide: [1440, 900] } as const

const hub = new Hub()
const server: Server = new Server(() => hub.environment(join(server.home, 'hf')))
let browser: Browser
let page: Page
let faults: string[]

describe('the hub', () => {
  beforeAll(async () => {
    await hub.start()
    publishModel(server.home, MODEL)
    await server.start()
    browser = await openBrowser()
    const someone = await person(browser)
    faults = someone.faults
    page = await someone.context.newPage()
    await page.goto(server.launchLink)
    await page.getByRole('link', { name: 'Try it with the sample' }).waitFor()
  })

  afterAll(async () => {
    await browser?.close()
    await server.close()
    hub.close()
  })

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    process.stdout.write(`what was on ${page.url()}:\n${await page.locator('body').innerText()}\n`)
  })

  test('a model is found on the hub and chosen', async () => {
    await page.goto(`${server.address}/new?dataset=sample:support&step=model`)
    const search = page.getByRole('textbox', { name: 'Name, or owner/name' })
    await search.fill('nothing of the kind')
    await page.getByText('The hub has no model by that name', { exact: false }).waitFor()
    await search.fill('tiny')
    await page.getByRole('button', { name: /^own\/tiny-chat/ }).click()
    await page.getByText('Its licence has to be accepted on the hub first').waitFor()
    expect(await page.getByText('own/tiny-secret').count()).toBe(0)
    await look('search')
    await page.getByRole('button', { name: 'To the settings' }).click()
    await page.getByText('Memory plan').waitFor({ timeout: LONG })
    await page.getByText('Trains', { exact: false }).first().waitFor({ timeout: LONG })
  })

  test('a gated model says why it cannot be had, and what to do', async () => {
    await page.goto(`${server.address}/new?dataset=sample:support&step=model`)
    await page.getByRole('textbox', { name: 'Name, or owner/name' }).fill('tiny')
    await page.getByRole('button', { name: /^own\/tiny-gated/ }).click()
    await page.getByRole('button', { name: 'To the settings' }).click()
    await page.getByText('own/tiny-gated is gated, and no token is set.').first().waitFor({ timeout: LONG })
    await page.getByText('Accept its licence at', { exact: false }).first().waitFor()
    await look('gated')

    await page.getByRole('link', { name: 'Enter a hub token' }).click()
    await page.getByRole('button', { name: 'Keep token' }).waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'Choose another model' }).click()
    await page.getByRole('button', { name: /^starter:chat/ }).waitFor()
  })

  test('a wrong token is named as such', async () => {
    await enterToken(TOKENS.wrong)
    await page.goto(`${server.address}/new?dataset=sample:support&step=model`)
    await page.getByRole('textbox', { name: 'Name, or owner/name' }).fill('tiny-c')
    await page.getByText('The hub does not know the token', { exact: false }).waitFor()
    await look('wrong-token')
  })

  test('a model is pushed, and its address is shown at the end', async () => {
    await enterToken(TOKENS.reader)
    await push('own/support-chat')
    await page
      .getByText('does not let this token use own/support-chat', { exact: false })
      .waitFor({ timeout: LONG })
    await look('push-refused')

    await enterToken(TOKENS.owner)
    await page.goto(`${server.address}/models/${MODEL}`)
    await page.getByRole('button', { name: 'Try again' }).click()
    const address = page.getByRole('link', { name: `${hub.address}/own/support-chat` })
    await address.waitFor({ timeout: LONG })
    await look('pushed')
    const weights = await fetch(`${hub.address}/own/support-chat/resolve/main/model.safetensors`, {
      headers: { Authorization: `Bearer ${TOKENS.owner}` },
    })
    const own = readFileSync(join(server.home, 'models', MODEL, 'model.safetensors'))
    expect(Buffer.from(await weights.arrayBuffer()).equals(own)).toBe(true)
  })

  test('a GGUF export is made, listed, downloaded and deleted', async () => {
    await page.goto(`${server.address}/models/${MODEL}`)
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Export' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox', { name: 'Files' }).waitFor()
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await look('export-dialog')
    await dialog.getByRole('button', { name: 'Export' }).click()
    await page.getByText(/^Answers (the same|alike)$/).waitFor({ timeout: LONG })
    await look('exported')

    const file = page.getByRole('button', { name: /\.gguf · / })
    const [download] = await Promise.all([page.waitForEvent('download'), file.click()])
    expect(download.url()).toContain(`${server.address}/api/v1/exports/`)
    const bytes = readFileSync(await download.path())
    expect(bytes.subarray(0, 4).toString()).toBe('GGUF')

    await page.getByRole('button', { name: 'Actions' }).click()
    const zipped = page.getByRole('menuitem', { name: 'Download as zip' })
    const [zip] = await Promise.all([page.waitForEvent('download'), zipped.click()])
    expect(zip.suggestedFilename()).toBe(`${MODEL}.zip`)
    expect(
      readFileSync(await zip.path())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK')

    const folder = join(server.home, 'exports', download.suggestedFilename().replace(/\.gguf$/, ''))
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await file.waitFor({ state: 'detached' })
    expect(existsSync(folder)).toBe(false)
    expect(faults).toEqual([])
  })
})

async function enterToken(token: string): Promise<void> {
  await page.goto(`${server.address}/settings`)
  const forget = page.getByRole('button', { name: 'Forget token' })
  await page
    .getByRole('textbox', { name: 'Token' })
    .or(page.getByLabel('Token', { exact: true }))
    .first()
    .fill(token)
  await page.getByRole('button', { name: 'Keep token' }).click()
  await forget.waitFor()
}

async function push(repository: string): Promise<void> {
  await page.goto(`${server.address}/models/${MODEL}`)
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: 'Push to the hub' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Repository' }).fill(repository)
  expect(await dialog.getByRole('button', { name: 'Push' }).isDisabled()).toBe(true)
  await dialog.getByRole('textbox', { name: 'Type it once more' }).fill(`${repository} private`)
  await look('push-dialog')
  await dialog.getByRole('button', { name: 'Push' }).click()
}

/** What a person with a small screen or a screen reader would stumble over; and pictures, where they are asked for. */
async function look(name: string): Promise<void> {
  expect(await seriousFaults(page), name).toEqual([])
  for (const [width, [across, down]] of Object.entries(WIDTHS)) {
    await page.setViewportSize({ width: across, height: down })
    expect(await overhang(page), `${name} at ${width}`).toBeLessThanOrEqual(0)
    for (const scheme of PICTURES ? (['light', 'dark'] as const) : []) {
      mkdirSync(PICTURES ?? '', { recursive: true })
      await page.emulateMedia({ colorScheme: scheme })
      await page.waitForTimeout(300)
      await page.screenshot({ path: join(PICTURES ?? '', `${name}-${width}-${scheme}.png`), fullPage: true })
    }
  }
  await page.setViewportSize({ width: 1280, height: 860 })
}
