import { Button, Menu } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { type ControlProps, FieldControl } from './field-control'
import { FieldLabel } from './field-label'
import type { Entries } from './json-schema'
import classes from './object-list.module.css'
import { same, type Values, withValue } from './paths'
import { humanised, shownChoice, shownName } from './words'

/** A list whose entries are objects: rules, each of a kind with settings of its own. */
export function ObjectList(props: ControlProps) {
  const { t, i18n } = useTranslation()
  const { field, value, error, innerErrors = {}, onChange } = props
  const { entries } = field
  if (entries === null) return null
  const items = Array.isArray(value) ? (value as Values[]) : []
  const nameOf = (kind: string) => shownChoice(field, kind, i18n) ?? humanised(kind)
  return (
    <div className={classes.list} role="group" aria-label={shownName(field, i18n)}>
      <FieldLabel {...props} />
      {items.map((item, index) => (
        <Entry
          key={index}
          item={item}
          entries={entries}
          nameOf={nameOf}
          errors={innerErrors}
          place={index}
          onChange={(next) => onChange(items.map((one, at) => (at === index ? next : one)))}
          onRemove={() => onChange(items.filter((_, at) => at !== index))}
        />
      ))}
      {error ? <p className={classes.error}>{error}</p> : null}
      <Add
        entries={entries}
        nameOf={nameOf}
        label={t('form.add')}
        onAdd={(item) => onChange([...items, item])}
      />
    </div>
  )
}

interface EntryProps {
  item: Values
  entries: Entries
  nameOf: (kind: string) => string
  errors: Record<string, string>
  place: number
  onChange: (next: Values) => void
  onRemove: () => void
}

function Entry({ item, entries, nameOf, errors, place, onChange, onRemove }: EntryProps) {
  const { t } = useTranslation()
  const kind = kindOf(item, entries)
  const title = kind === null ? String(place + 1) : nameOf(kind)
  return (
    <div className={classes.entry}>
      <div className={classes.head}>
        <span className={classes.kind}>{title}</span>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<X size={12} />}
          aria-label={t('form.removeOf', { name: `${title} ${place + 1}` })}
          onClick={onRemove}
        >
          {t('form.remove')}
        </Button>
      </div>
      <div className={classes.fields}>
        {entries.fieldsOf(kind).map((field) => {
          const value = item[field.name] === undefined ? field.default : item[field.name]
          return (
            <FieldControl
              key={field.name}
              field={field}
              value={value}
              error={errors[`${place}.${field.name}`] ?? errors[`${place}.${kind}.${field.name}`]}
              changed={!same(value, field.default)}
              onChange={(next) => onChange(withValue(item, field.name, next))}
              onReset={() => onChange(withValue(item, field.name, field.default))}
            />
          )
        })}
      </div>
    </div>
  )
}

function kindOf(item: Values, { told }: Entries): string | null {
  return told === null ? null : String(item[told])
}

interface AddProps {
  entries: Entries
  nameOf: (kind: string) => string
  label: string
  onAdd: (item: Values) => void
}

function Add({ entries, nameOf, label, onAdd }: AddProps) {
  const { told, kinds } = entries
  const made = (kind: string | null): Values => ({
    ...(told === null ? {} : { [told]: kind }),
    ...Object.fromEntries(
      entries
        .fieldsOf(kind)
        .filter((field) => field.default !== undefined)
        .map((field) => [field.name, field.default]),
    ),
  })
  const button = (press?: () => void) => (
    <Button size="xs" variant="default" leftSection={<Plus size={13} />} onClick={press}>
      {label}
    </Button>
  )
  if (told === null) return <div>{button(() => onAdd(made(null)))}</div>
  return (
    <div>
      <Menu position="bottom-start" withInitialFocusPlaceholder={false}>
        <Menu.Target>{button()}</Menu.Target>
        <Menu.Dropdown>
          {kinds.map((kind) => (
            <Menu.Item key={kind} onClick={() => onAdd(made(kind))}>
              {nameOf(kind)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
