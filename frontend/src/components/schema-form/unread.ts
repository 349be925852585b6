import { createContext, use, useCallback, useEffect, useId, useMemo, useState } from 'react'

/** Told of a control, by an id of its own: the name of the setting whose text cannot be read, or that it can again. */
type Tell = (id: string, name: string | null) => void

export const UnreadContext = createContext<Tell>(() => undefined)

/** Say of a control that what was typed into it stands for no value, so that another one is still in force. */
export function useTellUnread(name: string, unread: boolean): void {
  const id = useId()
  const tell = use(UnreadContext)
  useEffect(() => {
    if (!unread) return
    tell(id, name)
    return () => tell(id, null)
  }, [id, name, unread, tell])
}

/** The names of the settings that hold text which cannot be read, and what their controls tell of it. */
export function useUnread(): { names: string[]; tell: Tell } {
  const [byControl, setByControl] = useState<Readonly<Record<string, string>>>({})
  const tell = useCallback<Tell>((id, name) => {
    setByControl((before) => {
      const others = Object.entries(before).filter(([control]) => control !== id)
      return Object.fromEntries(name === null ? others : [...others, [id, name]])
    })
  }, [])
  const names = useMemo(() => [...new Set(Object.values(byControl))], [byControl])
  return { names, tell }
}
