/** Hand the browser a text to be saved as a file. */
export function saveFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  followDownload(address, name)
  URL.revokeObjectURL(address)
}

/** Let the browser fetch an address of this server by itself, straight to the disk. */
export function followDownload(address: string, name = ''): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}
