import { Button, Group, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import grid from '@/components/ui/grid.module.css'
import { ProblemNotice } from '@/components/ui/problem-notice'

import { pushModel, type Visibility } from '../api/jobs'

interface PushForm {
  repository: string
  visibility: Visibility
  confirmation: string
}

interface PushDialogProps {
  model: string
  opened: boolean
  onClose: () => void
}

/** Send a model to the hub: where to, who may see it, and both typed once more by a person. */
export function PushDialog({ model, opened, onClose }: PushDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { register, control, handleSubmit, reset, formState } = useForm<PushForm>({
    defaultValues: { repository: '', visibility: 'private', confirmation: '' },
  })
  const { repository, visibility, confirmation } = useWatch({ control })
  const wanted = `${repository ?? ''} ${visibility ?? ''}`
  const push = useMutation({
    mutationFn: (form: PushForm) => pushModel({ ...form, model_id: model }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['hub', 'jobs'] })
      reset()
      onClose()
    },
  })
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('hub.push')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        className={grid.stack}
        onSubmit={(event) => void handleSubmit((form) => push.mutate(form))(event)}
      >
        <TextInput
          label={t('hub.repository')}
          placeholder="owner/name"
          error={formState.errors.repository ? t('hub.notARepository') : null}
          data-autofocus
          {...register('repository', { required: true, pattern: /^[^/\s]+\/[^/\s]+$/ })}
        />
        <Controller
          name="visibility"
          control={control}
          render={({ field }) => (
            <SegmentedControl
              fullWidth
              aria-label={t('hub.visibility')}
              value={field.value}
              onChange={field.onChange}
              data={[
                { value: 'private', label: t('hub.private') },
                { value: 'public', label: t('hub.public') },
              ]}
            />
          )}
        />
        <TextInput
          label={t('hub.confirmation')}
          description={t('hub.confirmationText', { text: wanted })}
          autoComplete="off"
          {...register('confirmation', { required: true })}
        />
        {push.error ? <ProblemNotice error={push.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <BusyButton type="submit" pending={push.isPending} disabled={confirmation !== wanted}>
            {t('hub.send')}
          </BusyButton>
        </Group>
      </form>
    </Modal>
  )
}
