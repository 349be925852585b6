import { type ToldError, useErrorWords } from '@/lib/i18n/error-words'

/** What went wrong with a piece of work, and what to do, as one text. */
export function ErrorText({ error }: { error: ToldError }) {
  const { message, hint } = useErrorWords()(error)
  return hint ? `${message} ${hint}` : message
}
