import { useSyncExternalStore } from 'react'

/** Whether the server answers. A lost one is asked every two seconds, so that the page goes on by itself. */
class Connection {
  #up = true
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly isUp = (): boolean => this.#up

  reached(): void {
    clearTimeout(this.#timer)
    this.#set(true)
  }

  lost(): void {
    this.#set(false)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look(), 2000)
  }

  async #look(): Promise<void> {
    try {
      const health = await fetch('/api/health', { cache: 'no-store' })
      if (health.ok) this.reached()
      else this.lost()
    } catch {
      this.lost()
    }
  }

  #set(up: boolean): void {
    if (up === this.#up) return
    this.#up = up
    for (const listener of this.#listeners) listener()
  }
}

export const connection = new Connection()

export function useConnected(): boolean {
  return useSyncExternalStore(connection.subscribe, connection.isUp)
}
