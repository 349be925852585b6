import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { CodeBlock } from '@/components/ui/code-block'

import type { Message, Sampling } from '../api/ask'
import { curl, python } from '../api/snippets'
import classes from './snippet-card.module.css'

interface SnippetCardProps {
  model: string
  messages: Message[]
  sampling: Sampling
}

/** The same question by API, to be copied. */
export function SnippetCard({ model, messages, sampling }: SnippetCardProps) {
  const { t } = useTranslation()
  const [language, setLanguage] = useState('curl')
  const call = { origin: window.location.origin, model, messages, sampling }
  return (
    <Card
      title={t('playground.code')}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t('playground.code')}
          value={language}
          onChange={setLanguage}
          data={[
            { value: 'curl', label: 'curl' },
            { value: 'python', label: 'Python' },
          ]}
        />
      }
    >
      <p className={classes.help}>{t('playground.codeHelp')}</p>
      <CodeBlock
        code={language === 'curl' ? curl(call) : python(call)}
        maxHeight={240}
        label={t('playground.code')}
      />
    </Card>
  )
}
