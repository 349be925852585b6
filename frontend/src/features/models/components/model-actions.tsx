import { Button, Menu } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronDown } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { Confirm } from '@/components/ui/confirm'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { RenameDialog } from '@/components/ui/rename-dialog'
import { toast } from '@/components/ui/toast'
import { renewLists } from '@/lib/api/lists'
import { followDownload } from '@/lib/format/save-file'
import { remarksIn } from '@/lib/i18n/remarks'

import { deleteModel, linkToModel, mergeModel, type ModelDetail, renameModel } from '../api/models'

interface ModelActionsProps {
  model: ModelDetail
  onMeasure: () => void
  onPush: () => void
  onExport: () => void
}

/** All that can be done with a model. */
export function ModelActions({ model, onMeasure, onPush, onExport }: ModelActionsProps) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<'rename' | 'delete' | null>(null)
  const refresh = () => queries.invalidateQueries({ queryKey: ['models'] })
  const rename = useMutation({
    mutationFn: (name: string) => renameModel(model.id, name),
    onSuccess: async () => {
      setAsking(null)
      await queries.invalidateQueries({ queryKey: ['model', model.id] })
      await refresh()
    },
  })
  const remove = useMutation({
    mutationFn: () => deleteModel(model.id),
    onSuccess: async () => {
      await renewLists(queries, 'models')
      await navigate({ to: '/models' })
      toast(t('model.removed', { name: model.name }))
      queries.removeQueries({ queryKey: ['model', model.id] })
    },
  })
  const merge = useMutation({
    mutationFn: () => mergeModel(model.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['merges'] }),
  })
  const download = useMutation({
    mutationFn: () => linkToModel(model.id),
    onSuccess: (link) => followDownload(link.address),
  })
  const trigger = useRef<HTMLButtonElement>(null)
  // A dialog gives the focus back to what had it: the entry of the menu will be gone by then.
  const open = (dialog: () => void) => () => {
    trigger.current?.focus()
    dialog()
  }
  const problem = merge.error ?? download.error
  const needed = remarksIn(i18n, model.in_use_by ?? [], model.remarks)
  return (
    <>
      <Menu position="bottom-end" withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <BusyButton
            ref={trigger}
            variant="default"
            pending={download.isPending || merge.isPending}
            rightSection={<ChevronDown size={14} />}
          >
            {t('common.actions')}
          </BusyButton>
        </Menu.Target>
        <Menu.Dropdown>
          {model.kind === 'adapter' ? (
            <Menu.Item onClick={() => merge.mutate()}>{t('model.merge')}</Menu.Item>
          ) : null}
          <Menu.Item renderRoot={(props) => <Link to="/new" search={{ model: model.id }} {...props} />}>
            {t('models.tune')}
          </Menu.Item>
          <Menu.Item onClick={open(onMeasure)}>{t('measure.title')}</Menu.Item>
          <Menu.Item onClick={open(onExport)}>{t('export.title')}</Menu.Item>
          <Menu.Item onClick={() => download.mutate()}>{t('model.download')}</Menu.Item>
          <Menu.Item onClick={open(onPush)}>{t('model.push')}</Menu.Item>
          <Menu.Item onClick={open(() => setAsking('rename'))}>{t('common.rename')}</Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" onClick={open(() => setAsking('delete'))}>
            {t('common.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {model.mode ? (
        <Button renderRoot={(props) => <Link to="/playground" search={{ model: model.id }} {...props} />}>
          {t('run.try')}
        </Button>
      ) : null}
      {problem ? <ProblemNotice error={problem} /> : null}
      <RenameDialog
        opened={asking === 'rename'}
        title={t('model.rename')}
        name={model.name}
        pending={rename.isPending}
        error={rename.error}
        onRename={(name) => rename.mutate(name)}
        onClose={() => setAsking(null)}
      />
      <Confirm
        danger
        opened={asking === 'delete'}
        title={t('model.remove')}
        action={t('common.delete')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(null)}
      >
        {needed.length > 0 ? (
          <Notice tone="warn">{t('model.needed', { users: needed.join(', ') })}</Notice>
        ) : (
          t('model.removeText')
        )}
      </Confirm>
    </>
  )
}
