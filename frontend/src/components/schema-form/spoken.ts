import classes from './field-label.module.css'

/**
 * What a control is called, and what is told of it after that. The label that is seen holds buttons as well, whose
 * words would otherwise be part of its name.
 */
export function spoken(name: string, help: string) {
  return { 'aria-label': name, description: help, classNames: { description: classes.hidden ?? '' } }
}

/** Where a control stands under its label: what is not seen comes last, and takes no room between them. */
export const ORDER: ('label' | 'input' | 'error' | 'description')[] = [
  'label',
  'input',
  'error',
  'description',
]
