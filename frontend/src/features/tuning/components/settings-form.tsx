import { Accordion, TextInput } from '@mantine/core'
import type { i18n } from 'i18next'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Field } from '@/components/schema-form/json-schema'
import { same, valueAt } from '@/components/schema-form/paths'
import { type Limits, SchemaForm } from '@/components/schema-form/schema-form'
import { humanised, shownHelp, shownName } from '@/components/schema-form/words'
import { Card } from '@/components/ui/card'
import { told } from '@/lib/i18n'

import { chooseSetting, forgetSetting } from '../api/draft'
import type { TrainingConfig } from '../api/recipes'
import classes from './settings-form.module.css'

interface SettingsFormProps {
  fields: Field[]
  essential: readonly string[]
  config: TrainingConfig
  defaults: TrainingConfig
  faults: Record<string, string>
  limits: Limits
}

/** Chosen in steps of their own. */
const ELSEWHERE = new Set(['model', 'dataset'])

/** Every setting of the schema: the essential ones open, all others by group or by search. */
export function SettingsForm({ fields, essential, config, defaults, faults, limits }: SettingsFormProps) {
  const { t, i18n } = useTranslation()
  const [query, setQuery] = useState('')
  const shown = fields.filter(({ dotted }) => !ELSEWHERE.has(dotted))
  const first = shown.filter(({ dotted }) => essential.includes(dotted))
  const rest = shown.filter(({ dotted }) => !essential.includes(dotted))
  const found = foundBy(query, shown, i18n)
  const groups = [...new Set(rest.map(({ group }) => group))]
  const props = {
    values: config,
    defaults,
    errors: faults,
    limits,
    onChange: chooseSetting,
    onReset: forgetSetting,
  }
  return (
    <>
      <Card title={t('form.essential')}>
        <SchemaForm fields={first} {...props} />
      </Card>
      <Card
        flush
        title={t('form.all')}
        aside={
          <TextInput
            size="xs"
            className={classes.search}
            leftSection={<Search size={13} />}
            placeholder={t('form.search')}
            aria-label={t('form.search')}
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
          />
        }
      >
        {query.trim() ? (
          <div className={classes.found}>
            {found.length > 0 ? <SchemaForm fields={found} {...props} /> : <p>{t('form.nothing')}</p>}
          </div>
        ) : (
          <Accordion
            multiple
            chevronPosition="left"
            classNames={{ item: classes.item, control: classes.control }}
          >
            {groups.map((group) => {
              const members = rest.filter((field) => field.group === group)
              const changed = members.filter(
                ({ dotted }) => !same(valueAt(config, dotted), valueAt(defaults, dotted)),
              ).length
              const faulty = members.some(({ dotted }) => faults[dotted] !== undefined)
              return (
                <Accordion.Item key={group} value={group || 'general'}>
                  <Accordion.Control>
                    <GroupName group={group} count={changed} faulty={faulty} />
                  </Accordion.Control>
                  <Accordion.Panel>
                    <SchemaForm fields={members} {...props} />
                  </Accordion.Panel>
                </Accordion.Item>
              )
            })}
          </Accordion>
        )}
      </Card>
    </>
  )
}

function GroupName({ group, count, faulty }: { group: string; count: number; faulty: boolean }) {
  const { t, i18n } = useTranslation()
  return (
    <span className={classes.group}>
      {told(`form.group.${group || 'general'}`, i18n) ?? humanised(group)}
      {count > 0 ? <span className={classes.count}>{t('form.changed', { count })}</span> : null}
      {faulty ? <span className={classes.fault}>{t('form.faulty')}</span> : null}
    </span>
  )
}

/** The settings that are meant: first those whose key says so, then those by the name shown, then by what they do. */
function foundBy(query: string, fields: Field[], words: i18n): Field[] {
  const wanted = query.trim().toLowerCase()
  const key = wanted.replaceAll(' ', '_')
  const has = (text: string) => text.toLowerCase().includes(wanted)
  const ways: ((field: Field) => boolean)[] = [
    ({ dotted }) => dotted.includes(key),
    (field) => has(shownName(field, words)),
    (field) => has(shownHelp(field, words)) || has(field.description),
  ]
  return [...new Set(ways.flatMap((way) => fields.filter(way)))]
}
