import { Button, FileButton, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { fieldsOf } from '@/components/schema-form/json-schema'
import { BusyButton } from '@/components/ui/busy-button'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { remarksIn } from '@/lib/i18n/remarks'

import { branches, choicesOf } from '../api/compose'
import { changeDraft } from '../api/draft'
import { parseRecipe, schemaQuery } from '../api/recipes'
import classes from './recipe-card.module.css'
import { StagedRecipe } from './staged-recipe'

interface RecipeImportProps {
  /** Called when the recipe is what is being put together. */
  onTaken?: () => void
  /** What else can be done, before it. */
  children?: ReactNode
}

/** A recipe from elsewhere is read in: its model, its dataset and all of its settings. */
export function RecipeImport({ onTaken, children }: RecipeImportProps) {
  const { t, i18n } = useTranslation()
  const [text, setText] = useState<string | null>(null)
  const queries = useQueryClient()
  const again = useRef<() => void>(null)
  const read = useMutation({
    mutationFn: async (yaml: string) => {
      const recipe = await parseRecipe(yaml)
      return { ...recipe, root: (await queries.fetchQuery(schemaQuery())).json_schema }
    },
    onSuccess: ({ config, stages, root }) => {
      if (stages?.length) return
      const fields = fieldsOf(root, branches(root, config))
      const { model, dataset } = config
      changeDraft({ model, dataset, chosen: choicesOf(fields, config), carried: false })
      setText(null)
      onTaken?.()
    },
  })
  const notices = remarksIn(i18n, read.data?.notices ?? [], read.data?.remarks)
  return (
    <>
      <div className={classes.buttons}>
        {children}
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
