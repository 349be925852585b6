import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'

import type { Dataset } from './datasets'
import { upload } from './upload'

export type UploadState =
  | { phase: 'idle' }
  | { phase: 'sending'; file: File; sent: number }
  | { phase: 'checking'; file: File }
  | { phase: 'refused'; file: File; error: Error }

/** One upload at a time. A cut one leaves nothing on the server, so that it may simply be sent again. */
export function useUpload(onDone: (dataset: Dataset) => void) {
  const queries = useQueryClient()
  const [state, setState] = useState<UploadState>({ phase: 'idle' })
  const cancelRef = useRef<() => void>(() => undefined)

  const send = async (file: File) => {
    setState({ phase: 'sending', file, sent: 0 })
    const { done, cancel } = upload(file, (sent) =>
      setState(sent < file.size ? { phase: 'sending', file, sent } : { phase: 'checking', file }),
    )
    cancelRef.current = cancel
    try {
      const dataset = await done
      setState({ phase: 'idle' })
      await queries.invalidateQueries({ queryKey: ['datasets'] })
      onDone(dataset)
    } catch (error) {
      const cancelled = error instanceof DOMException
      setState(cancelled ? { phase: 'idle' } : { phase: 'refused', file, error: error as Error })
    }
  }

  return { state, send, cancel: () => cancelRef.current(), reset: () => setState({ phase: 'idle' }) }
}
