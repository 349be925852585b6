import type { Page } from 'playwright-core'

/** In the page: elements and attributes below `root` that content would make if it were taken for markup. */
function foreign(root: ParentNode): string[] {
  const FOREIGN =
    '[data-hostile], iframe, object, embed, base, frame, frameset, marquee, video, audio, math, template, area, ' +
    'meta[http-equiv], form[action], svg script, animate, set'
  const CARRIED_OUT = /^\s*(javascript|data|vbscript):/i
  const ours = (address: string) => new URL(address, location.href).origin === location.origin
  const isForeign = (one: Element) => {
    if (one.matches(FOREIGN)) return true
    if ([...one.attributes].some(({ name }) => name.startsWith('on'))) return true
    if (CARRIED_OUT.test(one.getAttribute('href') ?? '')) return true
    const fetched = one.localName === 'link' ? one.getAttribute('href') : one.getAttribute('src')
    return Boolean(fetched) && !ours(fetched ?? '')
  }
  return [...root.querySelectorAll('*')].filter(isForeign).map((one) => one.outerHTML.slice(0, 200))
}

/** What stands on a page and must not. */
export function intruders(page: Page): Promise<string[]> {
  return page.evaluate(`(${foreign.toString()})(document)`)
}

/** Those of some texts that do not stand on a page, letter by letter, as the text of some element. */
export function missing(page: Page, texts: readonly string[]): Promise<string[]> {
  return page.evaluate((wanted) => {
    const shown = [...document.querySelectorAll('body, body *')].map((one) => one.textContent)
    const fields = [...document.querySelectorAll('input, textarea')].map(
      (one) => (one as HTMLInputElement).value,
    )
    const all = [...shown, ...fields]
    return wanted.filter((text) => !all.some((one) => one.includes(text)))
  }, texts)
}

/** How many of some texts leave something behind where they are taken for markup: in a document that nobody looks at. */
export function takenForMarkup(page: Page, texts: readonly string[]): Promise<number> {
  return page.evaluate(`(${count.toString()})(${foreign.toString()}, ${JSON.stringify(texts)})`)
}

/** In the page. */
function count(find: (root: ParentNode) => string[], texts: string[]): number {
  return texts.filter((text) => {
    const { body } = document.implementation.createHTMLDocument('')
    body.innerHTML = text
    return find(body).length > 0
  }).length
}
