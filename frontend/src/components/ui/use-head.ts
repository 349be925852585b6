import { type FocusEvent, type RefObject, useEffect, useRef } from 'react'

/** The first page is read from its top; each later one takes the place of what was looked at before. */
let isFirst = true

/**
 * A page's heading: its words stand in the browser's tab as well, and whoever comes from another page, or another
 * `place` on the same one, begins at it, by keyboard and by ear.
 */
export function useHead(title: string, place = ''): RefObject<HTMLHeadingElement | null> {
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · ModelForge`
  }, [title])
  useEffect(() => {
    if (!isFirst) head.current?.focus({ preventScroll: true })
    isFirst = false
  }, [place])
  return head
}

/**
 * What was done may take away the button that did it; the focus, which would be lost with it, goes to the heading.
 *
 * @returns what hears of the focus among the buttons.
 */
export function useKeptFocus(head: RefObject<HTMLElement | null>): (event: FocusEvent) => void {
  const last = useRef<Element | null>(null)
  useEffect(() => {
    if (last.current === null || last.current.isConnected) return
    last.current = null
    if (document.activeElement === document.body) head.current?.focus({ preventScroll: true })
  })
  return ({ currentTarget, target }) => {
    if (currentTarget.contains(target)) last.current = target // dialogs are drawn elsewhere
  }
}
