import { Textarea } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { readTools } from '../api/tools'

const EXAMPLE = '[{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]'

/** Functions that the model may call. */
export function ToolsField({ value, onChange }: { value: string; onChange: (next: string) => void }) {
  const { t } = useTranslation()
  const { fault } = readTools(value)
  return (
    <Textarea
      autosize
      minRows={2}
      maxRows={12}
      spellCheck={false}
      label={t('playground.tools.name')}
      description={t('playground.tools.help')}
      placeholder={EXAMPLE}
      value={value}
      error={fault ? t(`playground.tools.${fault}`) : null}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
