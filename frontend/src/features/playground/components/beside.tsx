import { Textarea } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'

import type { Message, Sampling } from '../api/ask'
import { curl, python } from '../api/snippets'
import type { Tool } from '../api/tools'
import { SamplingForm } from './sampling-form'
import { SnippetCard } from './snippet-card'
import { ToolsField } from './tools-field'

interface BesideProps {
  model: string | null
  messages: Message[]
  sampling: Sampling
  setSampling: (sampling: Sampling) => void
  system: string
  setSystem: (system: string) => void
  /** The text in the field for tools, and what it describes. */
  typed: string
  setTools: (text: string) => void
  tools: Tool[]
  alone: boolean
}

/** How it is asked, and the same by API. */
export function Beside({ model, messages, sampling, setSampling, alone, ...asked }: BesideProps) {
  const { t } = useTranslation()
  const { system, setSystem, typed, setTools, tools } = asked
  const call = { origin: window.location.origin, model: model ?? '', messages, tools, sampling }
  return (
    <div className={grid.stack}>
      <Card title={t('playground.sampling')}>
        <SamplingForm value={sampling} onChange={setSampling} />
      </Card>
      {alone ? null : (
        <Card>
          <div className={grid.stack}>
            <Textarea
              autosize
              minRows={2}
              maxRows={8}
              label={t('playground.system')}
              description={t('playground.systemHelp')}
              value={system}
              onChange={(event) => setSystem(event.currentTarget.value)}
            />
            <ToolsField value={typed} onChange={setTools} />
          </div>
        </Card>
      )}
      {model ? <SnippetCard curl={curl(call)} python={python(call)} help={t('playground.codeHelp')} /> : null}
    </div>
  )
}
