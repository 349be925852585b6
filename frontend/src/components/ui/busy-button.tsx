import { Button, type ButtonProps } from '@mantine/core'
import type { ComponentProps, MouseEvent } from 'react'

interface BusyButtonProps
  extends Omit<ButtonProps, 'loading'>, Omit<ComponentProps<'button'>, keyof ButtonProps> {
  /** What it began goes on. */
  pending: boolean
}

/** It keeps the focus while what it began goes on: a browser takes the focus from a button that is disabled. */
export function BusyButton({ pending, disabled, onClick, ...props }: BusyButtonProps) {
  return (
    <Button
      {...props}
      loading={pending}
      disabled={disabled}
      onClick={pending ? refuse : onClick}
      renderRoot={(root: ComponentProps<'button'>) => (
        <button {...root} disabled={disabled} aria-disabled={pending || undefined} />
      )}
    />
  )
}

/** Not again: nor a form by the Enter key, which presses its button. */
function refuse(event: MouseEvent): void {
  event.preventDefault()
}
