import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { EmptyPage } from '@/components/ui/empty-page'

/** A fault of this page itself. */
export function Broken({ error }: { error: unknown }) {
  const { t } = useTranslation()
  return (
    <EmptyPage
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
    </EmptyPage>
  )
}
