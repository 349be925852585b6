import { Button } from '@mantine/core'
import clsx from 'clsx'
import { Upload } from 'lucide-react'
import { type DragEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Meter } from '@/components/ui/meter'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { Problem } from '@/lib/api/problem'
import { formatBytes, formatPercent } from '@/lib/format/format'

import type { DataProblem, Dataset } from '../api/datasets'
import { type UploadState, useUpload } from '../api/use-upload'
import classes from './drop-zone.module.css'
import { ProblemList } from './problem-list'

const ENDINGS = '.jsonl,.json,.csv,.tsv,.parquet,.arrow,.txt,.gz'

/** Drop a file, or choose one; then see it go, be checked, and what is wrong with it. */
export function DropZone({ onDone }: { onDone: (dataset: Dataset) => void }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const { state, send, cancel, reset } = useUpload(onDone)
  const busy = state.phase === 'sending' || state.phase === 'checking'

  const take = (files: FileList | null) => {
    const file = files?.[0]
    if (file && !busy) void send(file)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files)
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
      {state.phase === 'refused' ? (
        <Refused state={state} onAgain={() => void send(state.file)} onClose={reset} />
      ) : null}
    </div>
  )
}

function Sending({ state, onCancel }: { state: UploadState; onCancel: () => void }) {
  const { t } = useTranslation()
  if (state.phase !== 'sending' && state.phase !== 'checking') return null
  const { file } = state
  const sent = state.phase === 'sending' ? state.sent : file.size
  return (
    <div className={classes.sending} role="status">
      <p className={classes.lead}>{file.name}</p>
      <Meter
        tone="ember"
        share={file.size > 0 ? sent / file.size : 1}
        label={t('data.sendingFile', { name: file.name })}
      />
      <p className={`${classes.words} numbers`}>
        {state.phase === 'checking'
          ? t('data.checking')
          : t('data.sent', {
              sent: formatBytes(sent),
              total: formatBytes(file.size),
              percent: formatPercent(sent / file.size),
            })}
      </p>
      <Button variant="subtle" size="xs" onClick={onCancel}>
        {t('common.cancel')}
      </Button>
    </div>
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
