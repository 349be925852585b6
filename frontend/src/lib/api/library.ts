/** Whether a model or a dataset is one of the library: not bundled, of the hub, or a file or folder. */
export function isOfLibrary(id: string): boolean {
  return !/[/:\\]/.test(id)
}
