import { Button, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { ProblemNotice } from '@/components/ui/problem-notice'

import type { Library } from '../api/use-library'

type Searched = Pick<Library, 'text' | 'setText' | 'error' | 'isLong' | 'found'>

/** Where one's own models are found, once they are more than a few. */
export function LibrarySearch({ library }: { library: Searched }) {
  const { t } = useTranslation()
  const { text, setText, error, isLong, found } = library
  return (
    <>
      {isLong ? (
        <TextInput
          size="xs"
          aria-label={t('models.search')}
          placeholder={t('models.search')}
          leftSection={<Search size={13} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : null}
      {error ? <ProblemNotice error={error} /> : null}
      {found === 0 && text !== '' && !error ? <p role="status">{t('models.notFound')}</p> : null}
    </>
  )
}

type Paged = Pick<Library, 'hasNextPage' | 'isFetchingNextPage' | 'more'>

/** The way to those behind. */
export function MoreOfLibrary({ library }: { library: Paged }) {
  const { t } = useTranslation()
  if (!library.hasNextPage) return null
  return (
    <Button fullWidth variant="subtle" loading={library.isFetchingNextPage} onClick={library.more}>
      {t('common.more')}
    </Button>
  )
}
