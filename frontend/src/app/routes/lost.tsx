import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { EmptyPage } from '@/components/ui/empty-page'

export function Lost() {
  const { t } = useTranslation()
  return (
    <EmptyPage title={t('shell.lost')} text={t('shell.lostText')}>
      <Button component={Link} to="/" variant="default">
        {t('shell.backHome')}
      </Button>
    </EmptyPage>
  )
}
