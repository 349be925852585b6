import '@testing-library/jest-dom/vitest'

import { cleanup, configure } from '@testing-library/react'
import { afterEach, beforeAll, vi } from 'vitest'

import { startTexts } from '@/lib/i18n'

// What jsdom lacks and the component library asks for.
window.matchMedia = (query) =>
  ({ matches: false, media: query, addEventListener: vi.fn(), removeEventListener: vi.fn() }) as never
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
} as never
Blob.prototype.text = async function () {
  return new Promise((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as string)
    reader.readAsText(this)
  })
}
Element.prototype.scrollIntoView = vi.fn()
Object.defineProperty(document, 'fonts', { value: new EventTarget() })

// A busy machine draws late; what never comes still fails.
configure({ asyncUtilTimeout: 10_000 })

beforeAll(() => startTexts('en'))
afterEach(cleanup)
