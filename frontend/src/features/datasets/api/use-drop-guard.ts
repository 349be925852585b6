import { useEffect } from 'react'

/** A file that falls where nothing takes it would replace the page; what is no file is left to the browser. */
function guard(event: DragEvent): void {
  if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return
  event.preventDefault()
  event.dataTransfer.dropEffect = 'none'
}

/** As long as the page is there, a file that is dropped beside its place does nothing. */
export function useDropGuard(): void {
  useEffect(() => {
    window.addEventListener('dragover', guard)
    window.addEventListener('drop', guard)
    return () => {
      window.removeEventListener('dragover', guard)
      window.removeEventListener('drop', guard)
    }
  }, [])
}
