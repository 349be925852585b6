import type { CDPSession, Page } from 'playwright-core'

/** What has the focus: as a screen reader hears it, and what is wrong with it. */
export interface Stop {
  role: string
  name: string
  html: string
  faults: string[]
}

interface Seen {
  html: string
  faults: string[]
}

interface AxNode {
  ignored: boolean
  role?: { value: string }
  name?: { value: string }
}

/** The focus of a page that is moved by keys alone. */
export class Focus {
  private line: CDPSession | null = null

  constructor(private readonly page: Page) {}

  /** What has the focus now; `null` where nothing has it. */
  async now(): Promise<Stop | null> {
    const seen = await this.page.evaluate(look)
    if (seen === null) return null
    const { role, name, ignored } = await this.heard()
    const faults = [...seen.faults]
    if (ignored) faults.push('no screen reader hears of it')
    else if (name === '') faults.push('it has no accessible name')
    return { role, name, html: seen.html, faults }
  }

  /** As Chromium tells it to screen readers. */
  private async heard(): Promise<{ role: string; name: string; ignored: boolean }> {
    this.line ??= await this.page.context().newCDPSession(this.page)
    const { result } = await this.line.send('Runtime.evaluate', { expression: 'document.activeElement' })
    if (result.objectId === undefined) return { role: '', name: '', ignored: true }
    const { nodes } = await this.line.send('Accessibility.getPartialAXTree', {
      objectId: result.objectId,
      fetchRelatives: false,
    })
    await this.line.send('Runtime.releaseObject', { objectId: result.objectId })
    const node = nodes[0] as AxNode | undefined
    return {
      role: node?.role?.value ?? '',
      name: (node?.name?.value ?? '').trim(),
      ignored: node?.ignored ?? true,
    }
  }
}

/**
 * In the page: what has the focus, and whether it is in sight, marked, and not covered. What is drawn for a control
 * that is itself invisible, a switch for example, stands beside it or around it.
 */
function look(): Seen | null {
  const LEAST_PX = 6
  const element = document.activeElement
  if (element === null || element === document.body || element === document.documentElement) return null
  const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : []
  const around = [element, element.nextElementSibling, ...labels, element.parentElement]
  const drawn = around.find((one) => one !== null && isRinged(one))
  const fault = drawn ? whyHidden(drawn) : 'nothing shows that it has the focus'
  return { html: element.outerHTML.slice(0, 160), faults: fault === null ? [] : [fault] }

  function whyHidden(one: Element): string | null {
    const box = one.getBoundingClientRect()
    const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)]
    const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)]
    if (right - left < LEAST_PX || bottom - top < LEAST_PX) return 'it is out of sight'
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    const isOpen = hit !== null && (one.parentElement?.contains(hit) || hit.contains(one))
    return isOpen ? null : `it is covered by ${hit?.outerHTML.slice(0, 120) ?? 'nothing known'}`
  }

  function isRinged(one: Element): boolean {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one)
    const { width, height } = one.getBoundingClientRect()
    return (
      outlineStyle !== 'none' &&
      parseFloat(outlineWidth) >= 1 &&
      !/, 0\)$|^transparent$/.test(outlineColor) &&
      width >= LEAST_PX &&
      height >= LEAST_PX &&
      one.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    )
  }
}

export interface Sweep {
  stops: number
  faults: string[]
}

const MOST_STOPS = 400

/** Go through a whole page by Tab: everything that can be used is reached, seen and named, and the end is come to. */
export async function sweep(page: Page): Promise<Sweep> {
  const focus = new Focus(page)
  const faults: string[] = []
  await page.evaluate(() => Object.assign(window, { reached: [] }))
  let stops = 0
  for (; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press('Tab')
    const visit = await page.evaluate(arrive)
    if (visit === 'nowhere' || visit === 'the first again') break
    if (visit === 'one again') {
      faults.push('the focus goes round and never reaches the end')
      break
    }
    const stop = await focus.now()
    faults.push(...(stop?.faults ?? ['the focus was lost']).map((fault) => `${fault}: ${stop?.html ?? ''}`))
  }
  faults.push(...(await page.evaluate(missed)))
  return { stops, faults }
}

/** In the page: note what has the focus. */
function arrive(): 'nowhere' | 'the first again' | 'one again' | 'another' {
  const { reached } = window as unknown as { reached: Element[] }
  const element = document.activeElement
  if (element === null || element === document.body) return 'nowhere'
  if (element === reached[0]) return 'the first again'
  if (reached.includes(element)) return 'one again'
  reached.push(element)
  return 'another'
}

/**
 * In the page: what can be used and was not reached. Of tabs and of radio buttons one is reached by Tab, and the others
 * from there by arrows; a file is chosen with the button beside its field. Headings and other places that are only given
 * the focus (`tabindex="-1"`, without a role to use) are none.
 */
function missed(): string[] {
  const USABLE =
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex="-1"]), [role=button], [role=link], ' +
    '[role=checkbox], [role=switch], [role=slider], [role=tab], [role=menuitem], [role=combobox]'
  const { reached } = window as unknown as { reached: Element[] }
  const all = [...document.querySelectorAll<HTMLElement>(USABLE)]
  return all
    .filter((one) => isOpen(one) && !isReached(one))
    .map((one) => `not reached: ${one.outerHTML.slice(0, 200)}`)

  function isOpen(one: HTMLElement): boolean {
    if (one.matches(':disabled, [inert] *, input[type=file], [role=tooltip]')) return false
    const { width, height } = one.getBoundingClientRect()
    return width > 0 && height > 0 && one.checkVisibility({ visibilityProperty: true })
  }

  function isReached(one: HTMLElement): boolean {
    if (reached.includes(one)) return true
    const list = one.closest('[role=tablist]')
    if (list) return reached.some((other) => list.contains(other))
    if (one instanceof HTMLInputElement && one.type === 'radio')
      return reached.some((other) => other instanceof HTMLInputElement && other.name === one.name)
    return false
  }
}
