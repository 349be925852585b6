import { useTranslation } from 'react-i18next'

/** `sample:NAME` → what its rows are; of a sample that the texts do not know yet, that it is one. */
export function useSampleWords(): (name: string) => string {
  const { t, i18n } = useTranslation()
  return (name) => {
    const key = `data.sampleText.${name.replace('sample:', '')}`
    return i18n.exists(key) ? i18n.t(key as never) : t('new.sample')
  }
}
