import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import type { Field } from '@/components/schema-form/json-schema'
import { same, valueAt } from '@/components/schema-form/paths'
import { shownName } from '@/components/schema-form/words'
import { Notice } from '@/components/ui/notice'
import { changeDraft, forgetSettings, useDraft } from '@/features/tuning/api/draft'
import type { TrainingConfig } from '@/features/tuning/api/recipes'

import classes from './new-page.module.css'

interface CarriedProps {
  fields: readonly Field[]
  config: TrainingConfig
  defaults: TrainingConfig
}

/** What was chosen for other rows and is in force for these: to be kept knowingly, or left behind. */
export function Carried({ fields, config, defaults }: CarriedProps) {
  const { t, i18n } = useTranslation()
  const draft = useDraft()
  const kept = fields.filter(
    ({ dotted }) => dotted in draft.chosen && !same(valueAt(config, dotted), valueAt(defaults, dotted)),
  )
  if (!draft.carried || kept.length === 0) return null
  const names = new Intl.ListFormat(i18n.language).format(kept.map((field) => shownName(field, i18n)))
  return (
    <>
      <Notice tone="warn" title={t('new.carried')}>
        {t('new.carriedText', { names })}
      </Notice>
      <div className={classes.ways}>
        <Button size="xs" variant="default" onClick={forgetSettings}>
          {t('new.suggested')}
        </Button>
        <Button size="xs" variant="subtle" onClick={() => changeDraft({ carried: false })}>
          {t('new.keep')}
        </Button>
      </div>
    </>
  )
}
