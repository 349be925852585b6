import { expect } from 'vitest'

import type { Server } from './server'

/** For what trains or loads a model, on a machine that has other things to do. */
export const LONG = 400_000

export interface RunState {
  id: string
  status: string
  model_id: string
}

/** The server's API, as a program asks it. */
export class Api {
  constructor(
    private readonly server: Server,
    private readonly token: string,
  ) {}

  async ask<Answer>(method: string, path: string, body?: object | string): Promise<Answer> {
    const isText = typeof body === 'string'
    const response = await fetch(`${this.server.address}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        'Content-Type': isText ? 'application/octet-stream' : 'application/json',
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text === '' ? null : JSON.parse(text)) as Answer
  }

  /** Put a dataset of these rows into the library; returns its id. */
  async upload(name: string, rows: readonly object[]): Promise<string> {
    const lines = rows.map((row) => JSON.stringify(row)).join('\n')
    const path = `/datasets?name=${encodeURIComponent('rows.jsonl')}`
    const { id } = await this.ask<{ id: string }>('POST', path, `${lines}\n`)
    await this.ask('PATCH', `/datasets/${id}`, { name })
    return id
  }

  async start(config: object): Promise<string> {
    return (await this.ask<RunState>('POST', '/runs', config)).id
  }

  /** Wait until a run has succeeded; returns the id of its model. */
  async modelOf(run: string): Promise<string> {
    const now = () => this.ask<RunState>('GET', `/runs/${run}`)
    await expect
      .poll(async () => (await now()).status, { timeout: LONG })
      .toSatisfy((status: string) => ['succeeded', 'failed', 'stopped'].includes(status))
    const { status, model_id: model } = await now()
    expect(status).toBe('succeeded')
    return model
  }
}
