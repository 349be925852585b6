import type { Page } from 'playwright-core'

/** What stands on a page and must not: elements and attributes that content would make if it were taken for markup. */
export function intruders(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const FOREIGN =
      '[data-hostile], iframe, object, embed, base, frame, frameset, marquee, video, audio, math, template, area, ' +
      'meta[http-equiv], form[action], svg script, animate, set'
    const CARRIED_OUT = /^\s*(javascript|data|vbscript):/i
    const ours = (address: string) => new URL(address, location.href).origin === location.origin
    const isForeign = (one: Element) => {
      if (one.matches(FOREIGN)) return true
      if ([...one.attributes].some(({ name }) => name.startsWith('on'))) return true
      if (CARRIED_OUT.test(one.getAttribute('href') ?? '')) return true
      const fetched = one instanceof HTMLLinkElement ? one.href : (one.getAttribute('src') ?? '')
      return fetched !== '' && !ours(fetched)
    }
    return [...document.querySelectorAll('*')].filter(isForeign).map((one) => one.outerHTML.slice(0, 200))
  })
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

/** Do to a page what no part of the product does: take texts for markup. How many of them leave something behind. */
export async function takenForMarkup(page: Page, texts: readonly string[]): Promise<number> {
  let seen = 0
  for (const text of texts) {
    await page.evaluate((markup) => {
      const place = document.createElement('div')
      place.id = 'taken-for-markup'
      place.innerHTML = markup
      document.body.append(place)
    }, text)
    if ((await intruders(page)).length > 0) seen += 1
    await page.evaluate(() => document.getElementById('taken-for-markup')?.remove())
  }
  return seen
}
