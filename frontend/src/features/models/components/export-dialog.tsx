import { Button, Group, Modal, Select } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import grid from '@/components/ui/grid.module.css'
import { ProblemNotice } from '@/components/ui/problem-notice'

import { type Choice, CHOICES, requestOf, startExport } from '../api/exports'

interface ExportDialogProps {
  model: string
  opened: boolean
  onClose: () => void
}

/** Choose what files to make of a model. */
export function ExportDialog({ model, opened, onClose }: ExportDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [choice, setChoice] = useState<Choice>('gguf q8_0')
  const start = useMutation({
    mutationFn: () => startExport(requestOf(model, choice)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['exports'] })
      onClose()
    },
  })
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('export.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className={grid.stack}>
        <Select
          data-autofocus
          label={t('export.files')}
          description={t('export.filesText')}
          allowDeselect={false}
          value={choice}
          onChange={(value) => setChoice(CHOICES.find((one) => one === value) ?? choice)}
          data={CHOICES.map((one) => ({ value: one, label: t(`export.choice.${one}`) }))}
        />
        {start.error ? <ProblemNotice error={start.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <BusyButton pending={start.isPending} onClick={() => start.mutate()}>
            {t('export.start')}
          </BusyButton>
        </Group>
      </div>
    </Modal>
  )
}
