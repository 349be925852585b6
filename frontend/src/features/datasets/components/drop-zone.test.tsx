import { fireEvent, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { show } from '@/testing/show'
import { Notifications } from '@mantine/notifications'

import { forgetUpload } from '../api/use-upload'
import { DropZone } from './drop-zone'

/** A server that takes parts: how much it has, and where each part began. */
const server = vi.hoisted(() => {
  const state = {
    received: 0,
    begun: false,
    offsets: [] as number[],
    /** Bytes after which the line breaks, once. */
    breakAfter: null as number | null,
    finish: () => Promise.resolve(),
    asked: [] as string[],
  }
  const view = (size = 10) => ({
    id: 'upload-1',
    name: 'rows.jsonl',
    bytes: size,
    mark: '7',
    received: state.received,
  })
  // Before the API client is made, which keeps the `fetch` that it finds.
  globalThis.fetch = async (asked) => {
    const { method, url } = asked as Request
    const path = new URL(url).pathname
    state.asked.push(`${method} ${path}`)
    if (path === '/api/v1/uploads' && method === 'GET') return Response.json(state.begun ? [view()] : [])
    if (method === 'DELETE') {
      state.begun = false
      return new Response(null, { status: 204 })
    }
    if (path.endsWith('/finish')) {
      await state.finish()
      state.begun = false
      return Response.json({ id: 'rows-1', name: 'rows.jsonl', bytes: 10 }, { status: 201 })
    }
    if (path === '/api/v1/uploads') state.begun = true
    return Response.json(view(), { status: method === 'POST' ? 201 : 200 })
  }
  class Line extends EventTarget {
    upload = new EventTarget()
    status = 0
    response: unknown = null
    responseType = ''
    #offset = 0
    open(_: string, address: string) {
      this.#offset = Number(new URL(address, 'http://here').searchParams.get('offset'))
    }
    setRequestHeader() {}
    abort() {
      this.dispatchEvent(new Event('abort'))
    }
    send(part: Blob) {
      state.offsets.push(this.#offset)
      const came = state.breakAfter ?? part.size
      state.received += came
      const broken = state.breakAfter !== null
      state.breakAfter = null
      this.status = 200
      this.response = view()
      queueMicrotask(() => this.dispatchEvent(new Event(broken ? 'error' : 'load')))
    }
  }
  globalThis.XMLHttpRequest = Line as never
  return state
})

const FILE = new File(['0123456789'], 'rows.jsonl', { lastModified: 7 })

beforeEach(() => {
  Object.assign(server, { received: 0, begun: false, offsets: [], breakAfter: null, asked: [] })
  server.finish = () => Promise.resolve()
})
afterEach(forgetUpload)

/** Something is dragged or dropped onto an element; whether the browser is kept from doing what it does with it. */
function dragged(
  event: 'dragOver' | 'drop',
  onto: Element,
  types: string[],
  files: File[] = [],
  isDirectory = false,
): boolean {
  const items = files.map(() => ({ webkitGetAsEntry: () => ({ isDirectory }) }))
  return !fireEvent[event](onto, { dataTransfer: { types, files, items, dropEffect: 'copy' } })
}

function drop(container: HTMLElement, file = FILE) {
  const input = container.querySelector('input[type=file]')
  if (input === null) throw new Error('there is no input for a file')
  fireEvent.change(input, { target: { files: [file] } })
}

test('an upload that is cut says so, and goes on where the server stands', async () => {
  server.breakAfter = 4
  const done = vi.fn()
  const { container } = show(<DropZone onDone={done} />)
  drop(container)
  await screen.findByText('The server does not answer. What has arrived is kept', { exact: false })
  await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(1), 5000)
  expect(server.offsets).toEqual([0, 4])
})

test('a file that changes while it is sent is refused, and not tried again for ever', async () => {
  server.breakAfter = 4
  const file = new File(['0123456789'], 'rows.jsonl', { lastModified: 7 })
  const unreadable = {
    size: 10,
    slice: () => ({ text: () => Promise.reject(new Error('NotReadable')) }),
  }
  file.slice = () => unreadable as unknown as Blob
  const { container } = show(<DropZone onDone={() => undefined} />)
  drop(container, file)
  const said = await screen.findByRole('alert')
  expect(said).toHaveTextContent('rows.jsonl was not added')
  expect(said).toHaveTextContent('The file cannot be read')
  expect(server.offsets).toEqual([0])
})

test('a folder is not taken', async () => {
  show(<DropZone onDone={() => undefined} />)
  const zone = await screen.findByText('Drop a file here')
  dragged('drop', zone, ['Files'], [new File([], 'rows')], true)
  expect(await screen.findByText('A folder cannot be taken')).toBeInTheDocument()
  expect(server.asked).not.toContain('POST /api/v1/uploads')
})

test('after a reload the same file goes on behind what is there', async () => {
  Object.assign(server, { begun: true, received: 6 })
  const done = vi.fn()
  const { container } = show(<DropZone onDone={done} />)
  await screen.findByText('rows.jsonl: 6 bytes of 10 bytes are here', { exact: false })
  drop(container)
  await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(1))
  expect(server.offsets).toEqual([6])
  expect(server.asked).not.toContain('POST /api/v1/uploads')
})

test('a page that is left is not called back, and the next one shows the same upload', async () => {
  let finish = () => {}
  server.finish = () => new Promise((resolve) => (finish = resolve))
  const left = vi.fn()
  const first = show(<DropZone onDone={left} />)
  drop(first.container)
  await screen.findByText('Sent. Every row is being checked.')
  expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull()
  const leaving = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(leaving)
  expect(leaving.defaultPrevented).toBe(true)
  first.unmount()
  const there = vi.fn()
  show(<DropZone onDone={there} />)
  await screen.findByText('Sent. Every row is being checked.')
  finish()
  await vi.waitFor(() => expect(there).toHaveBeenCalledTimes(1))
  expect(left).not.toHaveBeenCalled()
  expect(window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true)
})

test('what is cancelled or discarded is gone from the server', async () => {
  Object.assign(server, { begun: true, received: 6 })
  const user = userEvent.setup()
  show(<DropZone onDone={() => undefined} />)
  await user.click(await screen.findByRole('button', { name: 'Discard' }))
  await vi.waitFor(() => expect(screen.queryByRole('button', { name: 'Discard' })).toBeNull())
  expect(server.asked).toContain('DELETE /api/v1/uploads/upload-1')
})

test('a file that falls beside its place replaces nothing, as long as the place is there', async () => {
  const { unmount } = show(<DropZone onDone={() => undefined} />)
  await screen.findByText('Drop a file here')
  for (const event of ['dragOver', 'drop'] as const) {
    expect(dragged(event, document.body, ['Files'], [FILE])).toBe(true)
    expect(dragged(event, document.body, ['text/plain'])).toBe(false)
  }
  expect(server.asked).not.toContain('POST /api/v1/uploads')
  unmount()
  expect(dragged('drop', document.body, ['Files'], [FILE])).toBe(false)
})

test('of several files none is taken, and that is said until one is', async () => {
  const done = vi.fn()
  show(<DropZone onDone={done} />)
  const zone = await screen.findByText('Drop a file here')
  dragged('drop', zone, ['Files'], [FILE, new File(['1'], 'more.jsonl')])
  expect(await screen.findByText('One file at a time')).toBeInTheDocument()
  expect(server.asked).not.toContain('POST /api/v1/uploads')
  dragged('drop', zone, ['Files'], [FILE])
  await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(1))
  expect(screen.queryByText('One file at a time')).toBeNull()
})

test('what is told on another page can be closed by its name', async () => {
  const user = userEvent.setup()
  let finish = () => {}
  server.finish = () => new Promise((resolve) => (finish = resolve))
  const zone = show(<DropZone onDone={() => undefined} />)
  drop(zone.container)
  await screen.findByText('Sent. Every row is being checked.')
  zone.unmount()
  show(<Notifications />)
  finish()
  await screen.findByText('rows.jsonl is in your library.')
  await user.click(screen.getByRole('button', { name: 'Close' }))
  await vi.waitFor(() => expect(screen.queryByText('rows.jsonl is in your library.')).toBeNull())
})
