import { useTranslation } from 'react-i18next'

import { told } from '@/lib/i18n'

/** `sample:NAME` → what its rows are; of a sample that the texts do not know yet, that it is one. */
export function useSampleWords(): (name: string) => string {
  const { t, i18n } = useTranslation()
  return (name) => told(`data.sampleText.${name.replace('sample:', '')}`, i18n) ?? t('new.sample')
}
