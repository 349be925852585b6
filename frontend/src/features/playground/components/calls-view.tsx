import { useTranslation } from 'react-i18next'

import { CodeBlock } from '@/components/ui/code-block'

import type { ToolCall } from '../api/tools'
import classes from './calls-view.module.css'

/** The functions that an answer calls. What a model writes is shown as text, whatever it looks like. */
export function CallsView({ calls }: { calls: ToolCall[] }) {
  const { t } = useTranslation()
  return (
    <div className={classes.calls}>
      {calls.map(({ function: called }, index) => (
        <section key={index}>
          <p className={classes.name}>{t('playground.tools.calls', { name: called.name })}</p>
          <CodeBlock
            code={JSON.stringify(called.arguments ?? {}, null, 2)}
            label={t('playground.tools.calls', { name: called.name })}
            maxHeight={240}
          />
        </section>
      ))}
    </div>
  )
}
