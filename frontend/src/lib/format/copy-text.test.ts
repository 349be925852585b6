import { afterEach, expect, test, vi } from 'vitest'

import { newKey } from '@/lib/api/new-key'

import { copyText } from './copy-text'

afterEach(() => {
  vi.unstubAllGlobals()
})

test('over plain HTTP, which has no clipboard, what is selected is copied', async () => {
  vi.stubGlobal('navigator', { ...navigator, clipboard: undefined })
  let copied = ''
  document.execCommand = () => {
    copied = (document.activeElement as HTMLTextAreaElement).value
    return true
  }
  expect(await copyText('modelforge serve')).toBe(true)
  expect(copied).toBe('modelforge serve')
  expect(document.querySelector('textarea')).toBeNull()
})

test('what could not be copied is not said to be', async () => {
  vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new Error('denied')) } })
  document.execCommand = () => false
  expect(await copyText('modelforge serve')).toBe(false)
})

test('a key is made without what secure pages alone have', () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  expect(newKey()).toMatch(/^[0-9a-f]{32}$/)
  expect(newKey()).not.toBe(newKey())
})
