import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/ui/empty-state'

/** A fault of this page itself. */
export function Broken({ error }: { error: unknown }) {
  const { t } = useTranslation()
  return (
    <EmptyState
      title={t('shell.broken')}
      text={
        <>
          {t('shell.brokenText')} <code>{error instanceof Error ? error.message : String(error)}</code>
        </>
      }
    >
      <Button variant="default" onClick={() => window.location.reload()}>
        {t('shell.reload')}
      </Button>
    </EmptyState>
  )
}
