import type { Page } from 'playwright-core'
import { expect } from 'vitest'

import { Focus, type Stop } from './focus'

const MOST_PRESSES = 200

/** A person who has a keyboard and nothing else: looks at each place that the focus comes to. */
export class Hands {
  private readonly focus: Focus

  constructor(private readonly page: Page) {
    this.focus = new Focus(page)
  }

  /** What has the focus; it must be something, in sight, marked and named. */
  async at(): Promise<Stop> {
    const stop = await this.focus.now()
    if (stop === null) throw new Error('nothing has the focus')
    expect(stop.faults, stop.html).toEqual([])
    return stop
  }

  /** Press keys, each when the page has done what it put off at the one before, as it has for a hand's next press. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.page.evaluate(() => new Promise((done) => setTimeout(done)))
      await this.page.keyboard.press(key)
    }
  }

  /** Go on by Tab, or back by Shift+Tab, until the focus is on what is meant. */
  async to(role: string, name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<Stop> {
    const passed: string[] = []
    for (let count = 0; count < MOST_PRESSES; count += 1) {
      await this.press(key)
      const stop = await this.at()
      if (stop.role === role && (typeof name === 'string' ? stop.name === name : name.test(stop.name)))
        return stop
      passed.push(`${stop.role} "${stop.name}"`)
    }
    throw new Error(`${role} ${String(name)} is not come to; passed:\n${passed.join('\n')}`)
  }

  /** Write into the field that has the focus, in the place of what stands there. */
  async write(text: string): Promise<void> {
    await this.press('Control+A')
    await this.page.keyboard.type(text)
  }

  /** Until a page, or another step of one, begins at its heading. */
  async arrived(heading: string | RegExp): Promise<void> {
    await this.outOfDialog()
    await expect
      .poll(() => this.page.evaluate(() => document.activeElement?.closest('h1')?.textContent ?? ''))
      .toMatch(heading)
    const title = await this.page.title()
    expect(title).toMatch(/ · ModelForge$/)
  }

  /** What is pressed round a dialog that has just opened never leaves it. */
  async stayInDialog(): Promise<void> {
    await this.inDialog()
    for (const key of [...Array<string>(6).fill('Tab'), ...Array<string>(8).fill('Shift+Tab')]) {
      await this.press(key)
      await this.at()
      expect(await this.isInDialog()).toBe(true)
    }
  }

  /** Until a dialog stands there and has the focus. */
  async inDialog(): Promise<void> {
    await this.page.getByRole('dialog').waitFor()
    await expect.poll(() => this.isInDialog()).toBe(true)
    await expect.poll(async () => (await this.focus.now())?.faults).toEqual([])
  }

  /** Until the dialog is gone, and what covered the page behind it. */
  async outOfDialog(): Promise<void> {
    await this.page.getByRole('dialog').waitFor({ state: 'detached' })
    await this.page.locator('.mantine-Modal-overlay').waitFor({ state: 'detached' })
  }

  private isInDialog(): Promise<boolean> {
    return this.page.evaluate(() => document.activeElement?.closest('[role=dialog]') != null)
  }
}

/** From now on, everything that a screen reader is told unasked. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const heard: string[] = []
    Object.assign(window, { heard })
    const hear = (node: Node) => {
      const element = node instanceof Element ? node : node.parentElement
      const region = element?.closest('[role=status], [role=alert], [aria-live]:not([aria-live=off])')
      const words = region?.textContent?.trim()
      if (words && heard[heard.length - 1] !== words) heard.push(words)
    }
    new MutationObserver((changes) => changes.forEach(({ target }) => hear(target))).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    })
  })
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard)
}
