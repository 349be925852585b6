import { ActionIcon, Tooltip } from '@mantine/core'
import { Check, Copy, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { copyText } from '@/lib/format/copy-text'

import classes from './code-block.module.css'

/** Text to be copied: a command, a recipe, a few lines of code. */
export function CodeBlock({ code, label, maxHeight }: { code: string; label?: string; maxHeight?: number }) {
  const { t } = useTranslation()
  const name = label ?? t('common.code')
  return (
    <div className={classes.block}>
      {/* Scrollable, and so reachable by the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={classes.code} style={{ maxHeight }} tabIndex={0} role="group" aria-label={name}>
        <code>{code}</code>
      </pre>
      <CopyButton code={code} />
    </div>
  )
}

const TOLD_MS = 2_000
const ICONS = { copy: Copy, copied: Check, notCopied: X }

function CopyButton({ code }: { code: string }) {
  const { t } = useTranslation()
  const [told, setTold] = useState<keyof typeof ICONS>('copy')
  useEffect(() => {
    if (told === 'copy') return
    const timer = setTimeout(() => setTold('copy'), TOLD_MS)
    return () => clearTimeout(timer)
  }, [told])
  const Icon = ICONS[told]
  return (
    <Tooltip label={t(`common.${told}`)}>
      <ActionIcon
        className={classes.copy}
        variant="default"
        size="sm"
        aria-label={t(`common.${told}`)}
        onClick={() => void copyText(code).then((done) => setTold(done ? 'copied' : 'notCopied'))}
      >
        <Icon size={14} />
      </ActionIcon>
    </Tooltip>
  )
}
