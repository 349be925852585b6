import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/ui/empty-state'

export function Lost() {
  const { t } = useTranslation()
  return (
    <EmptyState title={t('shell.lost')} text={t('shell.lostText')}>
      <Button component={Link} to="/" variant="default">
        {t('shell.backHome')}
      </Button>
    </EmptyState>
  )
}
