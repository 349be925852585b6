import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A ModelForge that is installed: its program, and the environment and the folder it is started in. */
export interface Installation {
  program: string
  environment: NodeJS.ProcessEnv
  folder: string
}

export const OURS: Installation = {
  program: process.env['MODELFORGE'] ?? '../.venv/bin/modelforge',
  environment: process.env,
  folder: process.cwd(),
}
const ANNOUNCED = /^ModelForge: (http:\/\/[^/]+)\/#launch=(\S+)$/
const START_MS = 240_000

/** The real server over a home of its own, on a free port. */
export class Server {
  readonly home = mkdtempSync(join(tmpdir(), 'modelforge-e2e-'))
  address = ''
  launchLink = ''
  private child: ChildProcess | null = null

  /** `more` is added to the environment: a hub on loopback, where one is asked. */
  constructor(
    private readonly more: () => Record<string, string> = () => ({}),
    private readonly installation: Installation = OURS,
  ) {}

  async start(): Promise<void> {
    const port = this.address ? new URL(this.address).port : '0'
    const { program, environment, folder } = this.installation
    const child = spawn(program, ['serve', '--port', port], {
      cwd: folder,
      env: {
        ...environment,
        MODELFORGE_HOME: this.home,
        MODELFORGE_TOKEN: '',
        HF_HUB_OFFLINE: '1',
        TOKENIZERS_PARALLELISM: 'false',
        OMP_NUM_THREADS: '1',
        ...this.more(),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child = child
    const last: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => last.push(line))
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no server:\n${last.join('\n')}`)), START_MS)
      child.on('exit', (code) => reject(new Error(`the server ended (${code}):\n${last.join('\n')}`)))
      createInterface({ input: child.stdout }).on('line', (line) => {
        const found = ANNOUNCED.exec(line)
        if (!found) return
        clearTimeout(timer)
        this.address = found[1] ?? ''
        this.launchLink = `${found[1]}/#launch=${found[2]}`
        resolve()
      })
    })
  }

  /** As a crash would: at once, and without a word to anybody. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
  }

  async close(): Promise<void> {
    await this.end('SIGTERM')
    rmSync(this.home, { recursive: true, force: true })
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this
    if (child === null || child.exitCode !== null) return
    child.removeAllListeners('exit')
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
    this.child = null
  }
}
