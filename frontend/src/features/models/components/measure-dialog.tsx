import { Button, Group, Modal, Select } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import grid from '@/components/ui/grid.module.css'
import { ProblemNotice } from '@/components/ui/problem-notice'

import { startEvaluation } from '../api/evaluations'
import type { ModelDetail } from '../api/models'
import { useModelChoices } from '../api/use-model-choices'

interface MeasureDialogProps {
  model: ModelDetail
  /** The datasets that can be measured on. */
  datasets: { value: string; label: string }[]
  opened: boolean
  onClose: () => void
}

const HELD_OUT = ''
const NOTHING = ''

/** Choose what a model is measured on, and beside which other. */
export function MeasureDialog({ model, datasets, opened, onClose }: MeasureDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const heldOut = model.lineage.run ? [{ value: HELD_OUT, label: t('measure.heldOut') }] : []
  const [dataset, setDataset] = useState<string | null>(heldOut[0]?.value ?? null)
  const [against, setAgainst] = useState(answersByItself(model) ? NOTHING : model.base_model)
  const isOther = against !== NOTHING && against !== model.base_model
  const { models, search } = useModelChoices(isOther ? against : null, opened)
  const start = useMutation({
    mutationFn: () =>
      startEvaluation({
        model: model.id,
        ...(dataset ? { dataset } : {}),
        ...(against ? { against } : {}),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['evaluations'] })
      onClose()
    },
  })
  const others = models.filter(
    (one) => one.id !== model.id && one.id !== model.base_model && one.task === model.task,
  )
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('measure.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className={grid.stack}>
        <Select
          data-autofocus
          searchable
          openOnFocus={false}
          label={t('measure.data')}
          description={t('measure.dataText')}
          placeholder={t('measure.pickData')}
          allowDeselect={false}
          value={dataset}
          onChange={setDataset}
          data={[...heldOut, ...datasets]}
        />
        <Select
          searchable
          openOnFocus={false}
          onSearchChange={search}
          label={t('measure.beside')}
          description={t('measure.besideText')}
          allowDeselect={false}
          value={against}
          onChange={(value) => setAgainst(value ?? NOTHING)}
          data={[
            { value: NOTHING, label: t('measure.alone') },
            { value: model.base_model, label: t('measure.base', { base: model.base_model }) },
            ...others.map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
        {start.error ? <ProblemNotice error={start.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <BusyButton disabled={dataset === null} pending={start.isPending} onClick={() => start.mutate()}>
            {t('measure.start')}
          </BusyButton>
        </Group>
      </div>
    </Modal>
  )
}

/** The base of a model that reads or scores has no trained head: what it says is a guess. */
function answersByItself(model: ModelDetail): boolean {
  return model.mode !== 'chat' && model.mode !== 'text'
}
