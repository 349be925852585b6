import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { MOST_COMPARED } from '../api/compare'

/** The way to the comparison of the runs that are ticked: of two at least, and of no more than can be laid side by side. */
export function CompareButton({ chosen }: { chosen: ReadonlySet<string> }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const isTooMany = chosen.size > MOST_COMPARED
  return (
    <>
      {isTooMany ? <span role="status">{t('runs.compareMost', { count: MOST_COMPARED })}</span> : null}
      <Button
        variant="default"
        disabled={chosen.size < 2 || isTooMany}
        onClick={() => void navigate({ to: '/compare', search: { ids: [...chosen] } })}
      >
        {t('runs.compare', { count: chosen.size })}
      </Button>
    </>
  )
}
