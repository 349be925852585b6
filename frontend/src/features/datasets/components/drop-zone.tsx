import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import clsx from 'clsx'
import { Upload } from 'lucide-react'
import { type DragEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Meter } from '@/components/ui/meter'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { Problem } from '@/lib/api/problem'
import { formatBytes, formatPercent } from '@/lib/format/format'

import { type DataProblem, type Dataset, uploadsQuery } from '../api/datasets'
import { giveUp, Unreadable } from '../api/upload'
import { useDropGuard } from '../api/use-drop-guard'
import { type UploadState, useUpload } from '../api/use-upload'
import classes from './drop-zone.module.css'
import { ProblemList } from './problem-list'

const ENDINGS = '.jsonl,.json,.csv,.tsv,.parquet,.arrow,.txt,.gz'

/** Drop a file, or choose one; then see it go, be checked, and what is wrong with it. Of several none is taken. */
export function DropZone({ onDone }: { onDone: (dataset: Dataset) => void }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [notTaken, setNotTaken] = useState<'tooMany' | 'folder' | null>(null)
  const { state, send, cancel, reset } = useUpload(onDone)
  const busy = state.phase === 'sending' || state.phase === 'checking'
  const take = (files: FileList | null) => {
    const [file, ...others] = files ?? []
    setNotTaken(others.length > 0 ? 'tooMany' : null)
    if (file && others.length === 0 && !busy) void send(file)
  }
  useDropGuard()
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (holdsFolder(event.dataTransfer)) setNotTaken('folder')
    else take(event.dataTransfer.files)
  }
  return (
    <div className={classes.all}>
      <div
        className={clsx(classes.zone, over && classes.over)}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {busy ? (
          <Sending state={state} onCancel={cancel} />
        ) : (
          <>
            <Upload size={24} strokeWidth={1.6} aria-hidden className={classes.icon} />
            <p className={classes.lead}>{t('data.drop')}</p>
            <p className={classes.words}>{t('data.dropKinds')}</p>
            <Unfinished />
            <Button variant="default" onClick={() => input.current?.click()}>
              {t('data.choose')}
            </Button>
          </>
        )}
        <input
          ref={input}
          type="file"
          accept={ENDINGS}
          className={classes.input}
          aria-label={t('data.choose')}
          tabIndex={-1}
          onChange={(event) => {
            take(event.currentTarget.files)
            event.currentTarget.value = ''
          }}
        />
      </div>
      {notTaken ? (
        <Notice tone="warn" title={t(`data.${notTaken}`)}>
          {t(`data.${notTaken}Text`)}
        </Notice>
      ) : null}
      {state.phase === 'refused' ? (
        <Refused state={state} onAgain={() => void send(state.file)} onClose={reset} />
      ) : null}
    </div>
  )
}

/** A folder looks like a file that cannot be read. */
function holdsFolder({ items }: DataTransfer): boolean {
  return [...items].some((one) => one.webkitGetAsEntry()?.isDirectory)
}

type BusyState = Extract<UploadState, { sent: number }>

function Sending({ state, onCancel }: { state: BusyState; onCancel: () => void }) {
  const { t } = useTranslation()
  const { file, phase, sent, waiting } = state
  const share = file.size > 0 ? sent / file.size : 1
  return (
    <div className={classes.sending}>
      <p className={classes.lead}>{file.name}</p>
      <Meter tone="ember" share={share} label={t('data.sendingFile', { name: file.name })} />
      <p role="status" className={classes.words}>
        {waiting ? t('data.cut') : t(phase === 'checking' ? 'data.checking' : 'data.sendingNow')}
      </p>
      {phase === 'sending' ? (
        <>
          <p className={`${classes.words} numbers`}>
            {t('data.sent', {
              sent: formatBytes(sent),
              total: formatBytes(file.size),
              percent: formatPercent(share),
            })}
          </p>
          <Button variant="subtle" size="xs" onClick={onCancel}>
            {t('common.cancel')}
          </Button>
        </>
      ) : null}
    </div>
  )
}

/** Files of which a part is here already: choosing one again sends the rest. */
function Unfinished() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data } = useQuery(uploadsQuery())
  const discard = useMutation({
    mutationFn: giveUp,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['uploads'] }),
  })
  if (!data || data.length === 0) return null
  return (
    <ul className={classes.unfinished}>
      {data.map((one) => (
        <li key={one.id} className={classes.buttons}>
          <span className="numbers">
            {t('data.unfinished', {
              name: one.name,
              received: formatBytes(one.received),
              total: formatBytes(one.bytes),
            })}
          </span>
          <Button variant="subtle" size="compact-xs" onClick={() => discard.mutate(one.id)}>
            {t('data.discard')}
          </Button>
        </li>
      ))}
    </ul>
  )
}

interface RefusedProps {
  state: Extract<UploadState, { phase: 'refused' }>
  onAgain: () => void
  onClose: () => void
}

function Refused({ state, onAgain, onClose }: RefusedProps) {
  const { t } = useTranslation()
  const { error, file } = state
  const problems = error instanceof Problem ? (error.body.errors as DataProblem[] | undefined) : undefined
  return (
    <div className={classes.refused}>
      {problems && problems.length > 0 ? (
        <ProblemList
          title={t('data.refused', { name: file.name })}
          problems={problems}
          total={error instanceof Problem ? (error.body.total ?? problems.length) : problems.length}
        />
      ) : error instanceof Unreadable ? (
        <Notice tone="bad" title={t('data.notSent', { name: file.name })}>
          {t('data.unreadable')}
        </Notice>
      ) : (
        <ProblemNotice error={error} title={t('data.notSent', { name: file.name })} />
      )}
      <div className={classes.buttons}>
        <Button variant="default" size="xs" onClick={onAgain}>
          {t('data.sendAgain')}
        </Button>
        <Button variant="subtle" size="xs" onClick={onClose}>
          {t('common.close')}
        </Button>
      </div>
    </div>
  )
}
