import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/lib/api/client'
import { Problem } from '@/lib/api/problem'

import classes from './new-page.module.css'

/** Of the refusals of a measurement the one that no other setting mends: the rows are not such as are learnt from so. */
const ROWS_REFUSED: Schemas['ErrorWords']['code'] = 'dataset-has-problems'

function isRefusal(error: Error | null): boolean {
  return error instanceof Problem && error.body.code === ROWS_REFUSED
}

interface ToCheckProps {
  /** The names of the settings whose text cannot be read. */
  unread: string[]
  /** Whether these settings are refused. */
  refused: boolean
  measured: Error | null
  onNext: () => void
}

/** On to the check; where that would be of other settings than are seen here, or in vain, why it is not possible yet. */
export function ToCheck({ unread, refused, measured, onNext }: ToCheckProps) {
  const { t, i18n } = useTranslation()
  const names = new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(unread)
  const why =
    unread.length > 0 ? t('new.unread', { names }) : refused || isRefusal(measured) ? t('new.notYet') : null
  return (
    <div className={classes.next}>
      <span role="status" className={classes.why}>
        {why}
      </span>
      <Button onClick={onNext} disabled={why !== null}>
        {t('new.toCheck')}
      </Button>
    </div>
  )
}
