import { Button, SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Field } from '@/components/schema-form/json-schema'
import { Card } from '@/components/ui/card'
import { CodeBlock } from '@/components/ui/code-block'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { saveFile } from '@/lib/format/save-file'

import { commandLine } from '../api/command-line'
import { recipeQuery, type TrainingConfig } from '../api/recipes'
import classes from './recipe-card.module.css'
import { RecipeImport } from './recipe-import'

interface RecipeCardProps {
  fields: Field[]
  config: TrainingConfig
}

type View = 'yaml' | 'cli'

/** The same settings as a recipe and as a command; a recipe from elsewhere can be read in. */
export function RecipeCard({ fields, config }: RecipeCardProps) {
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
          <RecipeImport>
            <Button
              size="xs"
              variant="default"
              disabled={recipe.data === undefined}
              onClick={() => saveFile('recipe.yaml', recipe.data ?? '')}
            >
              {t('common.download')}
            </Button>
          </RecipeImport>
        </div>
      )}
    </Card>
  )
}
