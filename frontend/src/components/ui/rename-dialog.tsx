import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'

import { BusyButton } from './busy-button'
import { ProblemNotice } from './problem-notice'

interface RenameDialogProps {
  opened: boolean
  title: string
  name: string
  pending: boolean
  error: Error | null
  onRename: (name: string) => void
  onClose: () => void
}

const LONGEST = 100

/** Asks for another name. */
export function RenameDialog({ opened, title, name, pending, error, onRename, onClose }: RenameDialogProps) {
  const { t } = useTranslation()
  const { register, handleSubmit, formState } = useForm({ values: { name } })
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form onSubmit={(event) => void handleSubmit((values) => onRename(values.name.trim()))(event)}>
        <TextInput
          label={t('common.name')}
          maxLength={LONGEST}
          data-autofocus
          error={formState.errors.name ? t('common.needed') : null}
          {...register('name', { validate: (given) => given.trim().length > 0, maxLength: LONGEST })}
        />
        {error ? <ProblemNotice error={error} /> : null}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <BusyButton type="submit" pending={pending}>
            {t('common.save')}
          </BusyButton>
        </Group>
      </form>
    </Modal>
  )
}
