import { Button, Group } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Ago } from '@/components/ui/ago'
import { BusyButton } from '@/components/ui/busy-button'
import { Card } from '@/components/ui/card'
import { Confirm } from '@/components/ui/confirm'
import { ErrorText } from '@/components/ui/error-text'
import { ProblemNotice } from '@/components/ui/problem-notice'
import rows from '@/components/ui/rows.module.css'
import { Tag } from '@/components/ui/tag'
import { hidesAll } from '@/lib/api/problem'
import { formatBytes, formatMeasure, formatPercent } from '@/lib/format/format'
import { followDownload } from '@/lib/format/save-file'
import { remarksIn } from '@/lib/i18n/remarks'

import {
  deleteExport,
  type Export,
  type ExportRequest,
  exportsQuery,
  linkToExport,
  startExport,
  stopExport,
} from '../api/exports'
import { JobActions } from './job-actions'

/** The exports of a model: under way, there with their check, or refused with the reason. */
export function ExportList({ model }: { model: string }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(exportsQuery())
  const exports = (data ?? []).filter((one) => one.model_id === model)
  if (hidesAll(error, data)) return <ProblemNotice error={error} title={t('export.list')} />
  if (exports.length === 0) return null
  return (
    <Card flush title={t('export.list')}>
      <ul className={rows.rows}>
        {exports.map((one) => (
          <Row key={one.id} one={one} />
        ))}
      </ul>
    </Card>
  )
}

function Row({ one }: { one: Export }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const download = useMutation({
    mutationFn: (name: string) => linkToExport(one.id, name),
    onSuccess: (link) => followDownload(link.address),
  })
  const remove = useMutation({
    mutationFn: () => deleteExport(one.id),
    onSuccess: async () => {
      setAsking(false)
      await queries.invalidateQueries({ queryKey: ['exports'] })
    },
  })
  return (
    <li className={rows.row}>
      <div className={rows.head}>
        <span className={rows.name}>{one.id}</span>
        <State one={one} />
      </div>
      <p className={`${rows.words} numbers`}>
        {one.result ? <Checked made={one.result} /> : null}
        <Ago when={one.created_at} />
        {one.error ? (
          <span className={rows.bad}>
            <ErrorText error={one.error} />
          </span>
        ) : null}
        {remarksIn(i18n, one.result?.notes ?? [], one.result?.remarks).map((note) => (
          <span key={note}>{note}</span>
        ))}
      </p>
      {download.error ? <ProblemNotice error={download.error} /> : null}
      <Group gap="xs">
        {one.result?.files.map((file) => (
          <BusyButton
            key={file.name}
            size="xs"
            variant="default"
            pending={download.isPending && download.variables === file.name}
            onClick={() => download.mutate(file.name)}
          >
            {file.name.replace(one.id, '')} · {formatBytes(file.bytes)}
          </BusyButton>
        ))}
        {one.result ? (
          <Button size="xs" variant="subtle" color="red" onClick={() => setAsking(true)}>
            {t('common.delete')}
          </Button>
        ) : null}
      </Group>
      <JobActions
        status={one.status}
        list="exports"
        ways={{
          stop: () => stopExport(one.id),
          again: () => startExport(requestOfSame(one)),
          dismiss: () => deleteExport(one.id),
        }}
      />
      <Confirm
        danger
        opened={asking}
        title={t('export.remove')}
        action={t('common.delete')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      >
        {t('export.removeText')}
      </Confirm>
    </li>
  )
}

function requestOfSame({ model_id, format, quantization, dtype }: Export): ExportRequest {
  return { model_id, format, quantization: quantization ?? null, dtype: dtype ?? null }
}

function State({ one }: { one: Export }) {
  const { t } = useTranslation()
  if (one.status === 'queued') return <Tag>{t('job.queued')}</Tag>
  if (one.status === 'running') {
    return (
      <Tag tone="ember" live>
        {t('export.running')}
      </Tag>
    )
  }
  if (one.status === 'stopped') return <Tag>{t('job.stopped')}</Tag>
  if (!one.result) return <Tag tone="bad">{t('export.refused')}</Tag>
  const { verdict } = one.result.check
  return <Tag tone={verdict === 'same' ? 'good' : 'warn'}>{t(`export.verdict.${verdict}`)}</Tag>
}

function Checked({ made }: { made: NonNullable<Export['result']> }) {
  const { t } = useTranslation()
  const { check } = made
  return (
    <>
      <span>{formatBytes(made.bytes)}</span>
      <span>{t('export.answers', { same: check.same_answers, all: check.prompts })}</span>
      <span>{t('export.tokens', { share: formatPercent(check.same_tokens, 1) })}</span>
      <span>{t('export.divergence', { nats: formatMeasure(check.divergence) })}</span>
    </>
  )
}
