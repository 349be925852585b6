import { Button, Group, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from './busy-button'
import { ProblemNotice } from './problem-notice'

interface ConfirmProps {
  opened: boolean
  title: string
  children: ReactNode
  action: string
  danger?: boolean
  pending?: boolean
  error?: Error | null
  onConfirm: () => void
  onClose: () => void
}

/** A question before something that cannot be taken back. */
export function Confirm({
  opened,
  title,
  children,
  action,
  danger,
  pending = false,
  error,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const { t } = useTranslation()
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {children}
      {error ? <ProblemNotice error={error} /> : null}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t('common.cancel')}
        </Button>
        <BusyButton color={danger ? 'red' : undefined} pending={pending} onClick={onConfirm}>
          {action}
        </BusyButton>
      </Group>
    </Modal>
  )
}
