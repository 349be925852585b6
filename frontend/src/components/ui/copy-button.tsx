import { ActionIcon, Tooltip } from '@mantine/core'
import { Check, Copy, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { copyText } from '@/lib/format/copy-text'

const TOLD_MS = 2_000
const ICONS = { copy: Copy, copied: Check, notCopied: X }

interface CopyButtonProps {
  text: string
  /** What it copies, where that is not plain. */
  label?: string
  variant?: 'default' | 'subtle'
  className?: string | undefined
}

/** Puts a text on the clipboard, and says whether it is there. */
export function CopyButton({ text, label, variant = 'default', className }: CopyButtonProps) {
  const { t } = useTranslation()
  const [told, setTold] = useState<keyof typeof ICONS>('copy')
  useEffect(() => {
    if (told === 'copy') return
    const timer = setTimeout(() => setTold('copy'), TOLD_MS)
    return () => clearTimeout(timer)
  }, [told])
  const Icon = ICONS[told]
  const name = told === 'copy' && label !== undefined ? label : t(`common.${told}`)
  return (
    <Tooltip label={name}>
      <ActionIcon
        className={className}
        variant={variant}
        size="sm"
        aria-label={name}
        onClick={() => void copyText(text).then((done) => setTold(done ? 'copied' : 'notCopied'))}
      >
        <Icon size={14} />
      </ActionIcon>
    </Tooltip>
  )
}
