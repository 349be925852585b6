import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openBrowser, person, settled } from './browser'
import { type Installation, OURS, Server } from './server'

const ROOT = resolve('..')
const UV = join(dirname(resolve(OURS.program)), 'uv')
const DIST = join(ROOT, 'modelforge', 'web', 'dist')
/** For packing, and for copying a gigabyte where it cannot be linked. */
const INSTALL_MS = 600_000
const PLACES = ['Data', 'Runs', 'Models', 'Playground', 'Settings', 'Home']
/** What a run imports, and from where everything came that came with it. */
const IMPORT_ALL = `
import importlib, json, os, sys, sysconfig
for name in ("modelforge.app", "modelforge.training.worker", "torch", "transformers", "trl", "peft", "datasets"):
    importlib.import_module(name)
files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
files = [file for file in files if os.path.isabs(file)]  # torch calls two of its objects modules of relative files
print(json.dumps({"path": sys.path, "files": files, "standard": sysconfig.get_path("stdlib")}))
`

/** Everything that is made here; its name has no link in it, so that paths can be compared. */
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modelforge-wheel-')))
const env = join(folder, 'env')
const installation: Installation = {
  program: join(env, 'bin', 'modelforge'),
  environment: { PATH: '/usr/bin:/bin', HOME: join(folder, 'home'), LANG: 'C.UTF-8', HF_HUB_OFFLINE: '1' },
  folder: join(folder, 'elsewhere'),
}
const server = new Server(() => ({}), installation)
let wheel = ''
let browser: Browser

beforeAll(async () => {
  mkdirSync(installation.folder)
  mkdirSync(join(folder, 'home'))
  // As the Makefile has it: pip looks by itself into a folder of wheels that uv knows under another name.
  const wheels = process.env['UV_FIND_LINKS'] ?? process.env['PIP_FIND_LINKS']
  const here = { cwd: ROOT, env: { ...process.env, UV_FIND_LINKS: wheels } }
  await output('make', ['--no-print-directory', 'wheel', `WHEELS=${folder}`], here)
  wheel = readdirSync(folder).find((name) => name.endsWith('.whl')) ?? ''
  const ours = join(dirname(UV), 'python')
  // The build of torch that is here: another would be gigabytes.
  const torch = await output(ours, ['-c', 'import importlib.metadata as m; print(m.version("torch"))'], here)
  writeFileSync(join(folder, 'torch.txt'), `torch==${torch}`)
  await output(UV, ['venv', '--quiet', '--python', ours, env], here)
  const versions = [join(ROOT, 'requirements.lock'), join(folder, 'torch.txt')].flatMap((path) => [
    '--constraint',
    path,
  ])
  const install = ['pip', 'install', '--quiet', '--python', join(env, 'bin', 'python')]
  await output(UV, [...install, ...versions, join(folder, wheel)], here)
}, INSTALL_MS)

afterAll(async () => {
  await browser?.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The wheel and what it asks for, in an environment with nothing else, started elsewhere with an empty home. */
describe('the wheel', () => {
  test('says its version, and its dependencies fit together', async () => {
    const version = /^modelforge-([\w.]+)-py3-none-any\.whl$/.exec(wheel)?.[1]
    expect(await program('--version')).toBe(`modelforge ${version}`)
    await output(UV, ['pip', 'check', '--python', join(env, 'bin', 'python')], { env: process.env })
  })

  test('trains, resumes, merges and answers', async () => {
    const report = JSON.parse(await program('doctor', '--json')) as {
      ok: boolean
      checks: { name: string; verdict: string }[]
    }
    expect(report.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([])
    expect(report.ok).toBe(true)
  })

  test('borrows nothing from outside', async () => {
    const { path, files, standard } = JSON.parse(
      await output(join(env, 'bin', 'python'), ['-I', '-c', IMPORT_ALL], inPlace()),
    ) as { path: string[]; files: string[]; standard: string }
    const borrowed = (from: string) =>
      !from.startsWith(env) && (!from.startsWith(dirname(standard)) || /(site|dist)-packages/.test(from))
    expect(files.filter((file) => file.startsWith(env)).length).toBeGreaterThan(1_000)
    expect(files.filter(borrowed)).toEqual([])
    expect(path.filter(borrowed)).toEqual([])
  })

  test('shows its page in a browser, and offers the starter model and the samples', async () => {
    await server.start()
    browser = await openBrowser()
    const { context, faults } = await person(browser)
    context.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`)
    })
    const page = await context.newPage()
    await page.goto(server.launchLink)
    await page.getByRole('link', { name: 'Try it with the sample' }).waitFor()
    await page.getByRole('heading', { name: 'This machine' }).waitFor()
    for (const place of PLACES) {
      await page.getByRole('link', { name: place, exact: true }).click()
      await settled(page)
    }
    await page.goto(`${server.address}/datasets`) // the page of an address that is no file
    await page.getByRole('link', { name: 'sample:support' }).click()
    await page.getByRole('link', { name: 'Fine-tune on this' }).click()
    await page.getByRole('button', { name: /^starter:chat/ }).click()
    await page.getByRole('button', { name: 'To the settings' }).click()
    await page.getByText('Memory plan').waitFor()
    expect(faults).toEqual([])
  })

  test('brings every file of the build and no other, the same packed and plain', async () => {
    const brought = join(dirname(await whereItIs()), 'web', 'dist')
    const files = readdirSync(brought, { recursive: true }).map(String).sort()
    expect(files).toEqual(readdirSync(DIST, { recursive: true }).map(String).sort())
    const packed = files.filter((file) => /^assets.*\.(js|css)$/.test(file))
    expect(packed.length).toBeGreaterThan(10)
    for (const file of packed) {
      const ask = (encoding: string) =>
        fetch(`${server.address}/${file}`, { headers: { 'Accept-Encoding': encoding } })
      const answers = await Promise.all([ask('gzip'), ask('identity')])
      expect(answers.map(({ headers }) => headers.get('Content-Encoding'))).toEqual(['gzip', null])
      const plain = readFileSync(join(brought, file), 'utf-8')
      for (const answer of answers) expect(await answer.text()).toBe(plain)
    }
  })

  test('has no script or style in the page itself', async () => {
    const page = await (await fetch(`${server.address}/`)).text()
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/)
    const scripts = page.match(/<script[^>]*>/g) ?? []
    expect(scripts.length).toBeGreaterThan(0)
    expect(scripts.filter((tag) => !tag.includes('src='))).toEqual([])
  })
})

function inPlace() {
  return { cwd: installation.folder, env: installation.environment }
}

function program(...args: string[]): Promise<string> {
  return output(installation.program, args, inPlace())
}

/** The file of the package that the environment has. */
function whereItIs(): Promise<string> {
  const ask = 'import modelforge; print(modelforge.__file__)'
  return output(join(env, 'bin', 'python'), ['-I', '-c', ask], inPlace())
}

interface Place {
  cwd?: string
  env: NodeJS.ProcessEnv
}

/** What a program prints. One that fails is reported with all that it said. */
function output(command: string, args: string[], place: Place): Promise<string> {
  return new Promise((resolved, reject) => {
    execFile(command, args, { ...place, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) resolved(stdout.trim())
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`))
    })
  })
}
