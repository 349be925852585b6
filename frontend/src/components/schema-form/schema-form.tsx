import { FieldControl } from './field-control'
import type { Field } from './json-schema'
import { same, valueAt } from './paths'
import classes from './schema-form.module.css'

/** What of the settings cannot be set beside the others, and why. */
export interface Limits {
  /** Why a setting that has this value cannot be given another one; nothing where it can. */
  closed: (field: Field, value: unknown) => string | null
  /** The choices of a setting that cannot be made → why. */
  refused: (field: Field) => Readonly<Record<string, string>>
}

interface SchemaFormProps {
  fields: Field[]
  values: object
  defaults: object
  /** Dotted key → what is wrong with it, as the server said. */
  errors: Record<string, string>
  /** Nothing where all can be set. */
  limits?: Limits
  onChange: (dotted: string, value: unknown) => void
  /** Let a setting be what it usually is, now and when that changes. */
  onReset: (dotted: string) => void
}

/** Settings in a grid, each with the control that its type asks for. */
export function SchemaForm({ fields, values, defaults, errors, limits, onChange, onReset }: SchemaFormProps) {
  return (
    <div className={classes.grid}>
      {fields.map((field) => {
        const value = valueAt(values, field.dotted)
        const usual = valueAt(defaults, field.dotted)
        return (
          <div key={field.dotted} className={classes.cell} data-kind={field.kind}>
            <FieldControl
              field={field}
              value={value}
              error={errors[field.dotted]}
              closed={limits?.closed(field, value) ?? null}
              refused={limits?.refused(field) ?? {}}
              innerErrors={inside(errors, field.dotted)}
              changed={!same(value, usual)}
              onChange={(next) => onChange(field.dotted, next)}
              onReset={() => onReset(field.dotted)}
            />
          </div>
        )
      })}
    </div>
  )
}

/** The faults of what is inside of a setting, by their way from there. */
function inside(errors: Record<string, string>, dotted: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors)
      .filter(([key]) => key.startsWith(`${dotted}.`))
      .map(([key, text]) => [key.slice(dotted.length + 1), text]),
  )
}
