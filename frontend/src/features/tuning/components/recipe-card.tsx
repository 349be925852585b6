import { Button, FileButton, SegmentedControl, Textarea } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { type Field, fieldsOf, type JsonSchema } from '@/components/schema-form/json-schema'
import { BusyButton } from '@/components/ui/busy-button'
import { Card } from '@/components/ui/card'
import { CodeBlock } from '@/components/ui/code-block'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { saveFile } from '@/lib/format/save-file'

import { commandLine } from '../api/command-line'
import { branches, choicesOf } from '../api/compose'
import { changeDraft } from '../api/draft'
import { parseRecipe, recipeQuery, type TrainingConfig } from '../api/recipes'
import classes from './recipe-card.module.css'
import { StagedRecipe } from './staged-recipe'

interface RecipeCardProps {
  root: JsonSchema
  fields: Field[]
  config: TrainingConfig
}

type View = 'yaml' | 'cli'

/** The same settings as a recipe and as a command; a recipe from elsewhere can be read in. */
export function RecipeCard({ root, fields, config }: RecipeCardProps) {
  const { t } = useTranslation()
  const [view, setView] = useState<View>('yaml')
  const recipe = useQuery({ ...recipeQuery(config), placeholderData: keepPreviousData })
  return (
    <Card
      title={t('recipe.title')}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t('recipe.view')}
          value={view}
          onChange={(value) => setView(value as View)}
          data={[
            { value: 'yaml', label: 'YAML' },
            { value: 'cli', label: t('recipe.cli') },
          ]}
        />
      }
    >
      {view === 'cli' ? (
        <CodeBlock code={commandLine(fields, config)} label={t('recipe.cli')} />
      ) : (
        <div className={classes.stack}>
          {recipe.error ? <ProblemNotice error={recipe.error} /> : null}
          {recipe.data ? <CodeBlock code={recipe.data} label={t('recipe.title')} maxHeight={260} /> : null}
          <Import root={root} recipe={recipe.data} />
        </div>
      )}
    </Card>
  )
}

function Import({ root, recipe }: { root: JsonSchema; recipe: string | undefined }) {
  const { t } = useTranslation()
  const [text, setText] = useState<string | null>(null)
  const again = useRef<() => void>(null)
  const read = useMutation({
    mutationFn: parseRecipe,
    onSuccess: ({ config, stages }) => {
      if (stages?.length) return
      const fields = fieldsOf(root, branches(root, config))
      changeDraft({ model: config.model, dataset: config.dataset, chosen: choicesOf(fields, config) })
      setText(null)
    },
  })
  const notices = read.data?.notices ?? []
  return (
    <>
      <div className={classes.buttons}>
        <Button
          size="xs"
          variant="default"
          disabled={recipe === undefined}
          onClick={() => saveFile('recipe.yaml', recipe ?? '')}
        >
          {t('common.download')}
        </Button>
        <FileButton
          accept=".yaml,.yml,.json"
          resetRef={again}
          onChange={(file) => {
            again.current?.() // else the browser takes the same file for no change
            void file?.text().then((found) => read.mutate(found))
          }}
        >
          {(props) => (
            <Button size="xs" variant="default" {...props}>
              {t('recipe.import')}
            </Button>
          )}
        </FileButton>
        <Button size="xs" variant="subtle" onClick={() => setText(text === null ? '' : null)}>
          {t('recipe.paste')}
        </Button>
      </div>
      {text === null ? null : (
        <div className={classes.stack}>
          <Textarea
            autosize
            minRows={5}
            maxRows={14}
            aria-label={t('recipe.paste')}
            placeholder={'model: starter:chat\ndataset: sample:support'}
            classNames={{ input: classes.input }}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <BusyButton
            size="xs"
            pending={read.isPending}
            disabled={!text.trim()}
            onClick={() => read.mutate(text)}
          >
            {t('recipe.use')}
          </BusyButton>
        </div>
      )}
      {read.error ? <ProblemNotice error={read.error} /> : null}
      {read.data?.stages?.length ? <StagedRecipe recipe={read.data} /> : null}
      {notices.length > 0 ? <Notice tone="info">{notices.join(' ')}</Notice> : null}
    </>
  )
}
