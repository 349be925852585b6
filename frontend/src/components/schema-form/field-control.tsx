import { Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { FieldLabel } from './field-label'
import classes from './field-label.module.css'
import type { Field } from './json-schema'
import { NumberField } from './number-field'
import { ObjectList } from './object-list'
import { ORDER, spoken } from './spoken'
import { useTellUnread } from './unread'
import { shownChoice, shownHelp, shownName, toldNeed } from './words'

export interface ControlProps {
  field: Field
  value: unknown
  error?: string | undefined
  /** Faults of what is inside: `0.pattern` → what is wrong with it. */
  innerErrors?: Record<string, string>
  /** Why it cannot be given another value now. */
  closed?: string | null
  /** The choices that cannot be made → why. */
  refused?: Readonly<Record<string, string>>
  changed: boolean
  onChange: (value: unknown) => void
  onReset: () => void
}

/** A setting: its name, and the control that suits its type. */
export function FieldControl(props: ControlProps) {
  const id = useId()
  if (props.field.kind === 'objects') return <ObjectList {...props} />
  return (
    <div className={props.field.kind === 'switch' ? classes.beside : undefined}>
      <FieldLabel {...props} htmlFor={id} />
      <Control {...props} id={id} />
      {props.closed ? <p className={classes.closed}>{props.closed}</p> : null}
    </div>
  )
}

interface OneControlProps extends ControlProps {
  /** Of the element that the label names. */
  id: string
}

function Control(props: OneControlProps) {
  const { field, value, error, onChange } = props
  const { i18n } = useTranslation()
  const words = useCommon(props)
  switch (field.kind) {
    case 'switch':
      return (
        <Switch
          {...words}
          aria-label={shownName(field, i18n)} // its description stands inside a label of its own
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'number':
    case 'integer':
      return <NumberField {...words} {...{ field, value, error, onChange }} />
    case 'choice':
      return <Choice {...props} />
    case 'list':
      return <List {...props} />
    case 'text':
      return (
        <TextInput
          {...words}
          inputWrapperOrder={ORDER}
          error={error}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value || (field.nullable ? null : ''))}
        />
      )
    case 'json':
      return <Json {...props} />
  }
}

/** What every control is given: which one it is, what is told of it, and whether it is closed. */
function useCommon({ id, field, closed }: OneControlProps) {
  const { i18n } = useTranslation()
  return { ...spoken(shownHelp(field, i18n)), id, disabled: Boolean(closed) }
}

function Choice(props: OneControlProps) {
  const { id, field, value, error, refused = {}, onChange } = props
  const { t, i18n } = useTranslation()
  // Without a text, the word of the recipe.
  const named = (choice: string) => shownChoice(field, choice, i18n) ?? choice
  return (
    <Select
      {...useCommon(props)}
      inputWrapperOrder={ORDER}
      error={error}
      allowDeselect={false}
      clearable={field.nullable}
      clearButtonProps={{
        tabIndex: 0,
        'aria-hidden': false,
        'aria-label': t('form.clear', { name: shownName(field, i18n) }),
        onClick: () => document.getElementById(id)?.focus(),
      }}
      placeholder={field.nullable ? t('form.empty') : undefined}
      value={value === null || value === undefined ? null : String(value)}
      data={field.choices.map(String).map((one) => ({
        value: one,
        label: named(one),
        disabled: one in refused,
      }))}
      renderOption={({ option: { value: choice, label } }) => (
        <Option label={label} need={refused[choice] ?? toldNeed(field, choice, i18n)} />
      )}
      onChange={(text) => onChange(field.choices.find((one) => String(one) === text) ?? null)}
    />
  )
}

/** One of several choices, and under it what it needs. */
function Option({ label, need }: { label: string; need: string | null }) {
  return (
    <span>
      {label}
      {need === null ? null : <span className={classes.need}>{need}</span>}
    </span>
  )
}

function List(props: OneControlProps) {
  const { field, value, error, onChange } = props
  const tags = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []
  return (
    <TagsInput
      {...useCommon(props)}
      inputWrapperOrder={ORDER}
      error={error}
      value={tags}
      data={field.word === null ? [] : [field.word]}
      onChange={(next) => onChange(asList(next, field.word))}
    />
  )
}

/** The one word stands alone; another entry beside it takes its place. */
function asList(tags: string[], word: string | null): unknown {
  if (word !== null && (tags.length === 0 || tags[tags.length - 1] === word)) return word
  return tags.filter((tag) => tag !== word)
}

function Json(props: OneControlProps) {
  const { field, value, error, onChange } = props
  const { t, i18n } = useTranslation()
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed ?? JSON.stringify(value ?? null)
  const unread = readJson(shown) === undefined
  useTellUnread(shownName(field, i18n), unread)
  return (
    <Textarea
      {...useCommon(props)}
      inputWrapperOrder={ORDER}
      autosize
      error={unread ? t('form.notJson') : error}
      value={shown}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        const read = readJson(event.currentTarget.value)
        if (read !== undefined) onChange(read.value)
      }}
      onBlur={() => {
        if (!unread) setTyped(null)
      }}
    />
  )
}

function readJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}
