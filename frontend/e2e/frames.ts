import type { CDPSession, Page } from 'playwright-core'

interface Watched {
  framesSeen?: number[]
}

/** Others may keep a machine busy for a moment: what was least disturbed tells what a page needs. */
const TRIES = 4

export function told(words: string): void {
  process.stdout.write(`${words}\n`)
}

/** The least that something takes in a few tries, as long as it takes more than `enough`. */
export async function leastOf(enough: number, measure: () => Promise<number>): Promise<number> {
  let least = Infinity
  for (let count = 0; count < TRIES && least >= enough; count += 1) least = Math.min(least, await measure())
  return least
}

/**
 * The longest time between two frames, in ms, while something is done on a page. It is printed, and with it what the
 * page's own thread worked for each frame on average, in ms of processor time.
 */
export async function longestGap(page: Page, name: string, act: () => Promise<void>): Promise<number> {
  const line = await page.context().newCDPSession(page)
  await line.send('Performance.enable', { timeDomain: 'threadTicks' })
  const before = await workOf(line)
  await page.evaluate(() => {
    const seen: number[] = []
    const watched = window as Watched
    watched.framesSeen = seen
    const note = (time: number) => {
      seen.push(time)
      if (watched.framesSeen === seen) requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
  })
  await act()
  const seen = await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    const watched = window as Watched
    const found = watched.framesSeen ?? []
    delete watched.framesSeen
    return found
  })
  const work = (await workOf(line)) - before
  await line.detach()
  const gaps = seen.slice(1).map((time, index) => time - (seen[index] ?? time))
  const gap = Math.max(...gaps)
  const each = work / Math.max(1, gaps.length)
  told(
    `${name}: ${seen.length} frames, at most ${gap.toFixed(0)} ms apart, ${each.toFixed(1)} ms of work each`,
  )
  return gap
}

/** Processor time of the page's thread so far, in ms. */
async function workOf(line: CDPSession): Promise<number> {
  const { metrics } = await line.send('Performance.getMetrics')
  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN)
}
