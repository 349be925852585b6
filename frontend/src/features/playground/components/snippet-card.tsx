import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { CodeBlock } from '@/components/ui/code-block'
import { useTokenFile } from '@/lib/api/server'

import classes from './snippet-card.module.css'

interface SnippetCardProps {
  curl: string
  python: string
  help: string
}

/** The same question by API, to be copied. */
export function SnippetCard({ curl, python, help }: SnippetCardProps) {
  const { t } = useTranslation()
  const file = useTokenFile()
  const [language, setLanguage] = useState('curl')
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
      <p className={classes.help}>
        {help} {file === null ? t('playground.token') : t('playground.tokenIn', { path: file })}
      </p>
      <CodeBlock code={language === 'curl' ? curl : python} maxHeight={240} label={t('playground.code')} />
    </Card>
  )
}
