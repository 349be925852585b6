import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import classes from './code-block.module.css'

/** Text to be copied: a command, a recipe, a few lines of code. */
export function CodeBlock({ code, label, maxHeight }: { code: string; label?: string; maxHeight?: number }) {
  const { t } = useTranslation()
  return (
    <div className={classes.block}>
      {/* Scrollable, and so reachable by the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={classes.code} style={{ maxHeight }} tabIndex={0} aria-label={label ?? t('common.code')}>
        <code>{code}</code>
      </pre>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t('common.copied') : t('common.copy')}>
            <ActionIcon
              className={classes.copy}
              variant="default"
              size="sm"
              aria-label={copied ? t('common.copied') : t('common.copy')}
              onClick={copy}
            >
              {copied ? <Check size={14} /> : <Copy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  )
}
