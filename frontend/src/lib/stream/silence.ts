/** A server that is there says something every 15 seconds on every stream, if only that it is there. */
const SILENCE_MS = 40_000

/** Nothing has come for so long that nothing more will: the way to the server is cut without a word. */
export class Silence extends Error {
  constructor() {
    super('silence')
    this.name = 'Silence'
  }
}

/** What comes, or `Silence` where it does not come in time. */
export async function inTime<Value>(coming: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, give) => {
    timer = setTimeout(() => give(new Silence()), SILENCE_MS)
  })
  try {
    return await Promise.race([coming, silence])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The text of an answer, as it comes.
 *
 * @throws Silence when nothing comes any more.
 */
export async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read())
      if (done) return
      yield decoder.decode(value, { stream: true })
    }
  } finally {
    // Hangs up; of a connection that has broken already there is nothing to learn.
    reader.cancel().catch(() => undefined)
  }
}
