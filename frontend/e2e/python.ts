import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'

import { OURS } from './server'

/** The interpreter that the server runs on. */
export const PYTHON = join(dirname(OURS.program), 'python')
const REPOSITORY = join(import.meta.dirname, '../..')

/** A Python program of this repository. */
export function script(path: string): string {
  return join(REPOSITORY, path)
}

/** Texts that a browser would carry out if a page took them for markup; those of the tests in Python. */
export function hostileMarkup(number: number): string[] {
  const printed = execFileSync(PYTHON, [script('tests/security/hostile_markup.py'), String(number)], {
    encoding: 'utf-8',
  })
  return JSON.parse(printed) as string[]
}
