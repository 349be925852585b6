import { useTranslation } from 'react-i18next'

import classes from './code-block.module.css'
import { CopyButton } from './copy-button'

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
      <CopyButton className={classes.copy} text={code} />
    </div>
  )
}
