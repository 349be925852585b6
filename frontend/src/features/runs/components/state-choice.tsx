import { NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { type RunStatus, STATES } from '../api/runs'

interface StateChoiceProps {
  status: RunStatus | null
  onChoose: (status: RunStatus | null) => void
}

/** Which runs are shown: all, or those in one state. */
export function StateChoice({ status, onChoose }: StateChoiceProps) {
  const { t } = useTranslation()
  return (
    <NativeSelect
      size="xs"
      aria-label={t('runs.onlyState')}
      value={status ?? ''}
      onChange={({ currentTarget: { value } }) => onChoose(STATES.find((one) => one === value) ?? null)}
    >
      <option value="">{t('runs.everyState')}</option>
      {STATES.map((one) => (
        <option key={one} value={one}>
          {t(`run.state.${one}`)}
        </option>
      ))}
    </NativeSelect>
  )
}
