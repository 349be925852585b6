import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'

const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Pages that each new window draws its own address bar with: a second of a core, while ours is being loaded.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
]
/** For what takes a second on a quiet machine. */
const PATIENCE_MS = 90_000
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

export async function openBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((path) => path !== undefined && existsSync(path))
  if (executablePath === undefined)
    throw new Error('There is no Chromium; name one with CHROMIUM=/path/to/chromium.')
  return chromium.launch({ executablePath, args: QUIET })
}

/** A person's browser: a context whose pages write down what must never happen. */
export async function person(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 860 },
    ...options,
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const faults: string[] = []
  context.on('page', (page) => watch(page, faults))
  return { context, faults }
}

function watch(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text())
  })
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') faults.push(`request to ${request.url()}`)
  })
}

/** Every serious fault that axe finds on the page as it is, once what fades in has come to stand. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Through the debugger, since the page's own policy rightly refuses a script that is written into it.
  const source = (await import('node:fs')).readFileSync(AXE, 'utf-8')
  await page.evaluate(source)
  await stands(page)
  return page.evaluate(async () => {
    interface Result {
      violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
    }
    const { axe } = window as unknown as { axe: { run: () => Promise<Result> } }
    const { violations } = await axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))
  })
}

/** Until nothing moves any more, but for what never stops; what is half faded in has half its contrast. */
async function stands(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    const ending = () =>
      document
        .getAnimations()
        .filter((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity)
    do {
      await frame() // a transition begins in the frame after the one that puts its element there
      await frame()
      await Promise.allSettled(ending().map(({ finished }) => finished))
    } while (ending().length > 0)
  })
}

/** Until nothing on the page is still being waited for. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading').first().waitFor()
  await page.waitForFunction(
    () => document.querySelector('.mantine-Skeleton-root, [aria-busy=true]') === null,
  )
}

/** How many pixels a page is wider than the screen. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
}

/** Every page of the context is opened by somebody who is signed in. */
export function signIn(context: BrowserContext, token: string): Promise<unknown> {
  return context.addInitScript((known) => {
    if (location.protocol !== 'about:') sessionStorage.setItem('modelforge-token', known)
  }, token)
}

export async function tokenOf(context: BrowserContext): Promise<string> {
  const page = context.pages()[0]
  if (page === undefined) throw new Error('no page is open')
  return page.evaluate(() => sessionStorage.getItem('modelforge-token') ?? '')
}
