import classes from './field-label.module.css'

/** What is told of a control after its name, for the ear alone: the eye finds it behind the mark beside the name. */
export function spoken(help: string) {
  return { description: help, classNames: { description: classes.hidden ?? '' } }
}

/** What is not seen comes last, and takes no room between the parts of a control. */
export const ORDER: ('input' | 'error' | 'description')[] = ['input', 'error', 'description']
