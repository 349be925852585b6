import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '../..')
const PROGRAM = process.env['MODELFORGE'] ?? '../.venv/bin/modelforge'
const PYTHON = join(PROGRAM, '../python')

/** The small hub of the Python tests, as a process: it holds `own/tiny-chat`, and `own/tiny-gated` behind a licence. */
export class Hub {
  address = ''
  private child: ChildProcess | null = null

  async start(): Promise<void> {
    const child = spawn(PYTHON, [join(ROOT, 'tests/providers/small_hub.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.child = child
    this.address = await new Promise<string>((resolve, reject) => {
      child.on('exit', (code) => reject(new Error(`the hub ended (${code})`)))
      createInterface({ input: child.stdout }).once('line', resolve)
    })
  }

  /** What a server is told, so that it asks this hub and keeps nothing of it elsewhere. */
  environment(cache: string): Record<string, string> {
    return {
      HF_ENDPOINT: this.address,
      HF_HOME: cache,
      HF_HUB_OFFLINE: '0',
      HF_HUB_DISABLE_XET: '1',
      HF_TOKEN: '',
      PYTHON_KEYRING_BACKEND: 'keyring.backends.fail.Keyring', // never that of whoever runs the tests
    }
  }

  close(): void {
    this.child?.removeAllListeners('exit')
    this.child?.stdin?.end()
  }
}

/** Put the starter model into a home's library, as a run would. */
export function publishModel(home: string, id: string): void {
  const folder = join(home, 'models', id)
  mkdirSync(folder, { recursive: true })
  cpSync(join(ROOT, 'modelforge/starter/models/chat'), folder, { recursive: true })
  const manifest = {
    id,
    name: 'Support chat',
    kind: 'full',
    task: 'text-generation',
    mode: 'chat',
    base_model: 'starter:chat',
    created_at: new Date().toISOString(),
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
}
