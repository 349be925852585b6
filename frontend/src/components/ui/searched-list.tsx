import { TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { SearchedPages } from '@/lib/api/use-searched-pages'

import { BusyButton } from './busy-button'
import { ProblemNotice } from './problem-notice'

interface ListSearchProps {
  pages: Pick<SearchedPages, 'text' | 'setText' | 'error' | 'isLong' | 'found'>
  /** What the field is for. */
  label: string
  /** What is said where nothing is found. */
  nothing: string
}

/** Where a list is searched, once it is longer than what is shown of it at once. */
export function ListSearch({ pages, label, nothing }: ListSearchProps) {
  const { text, setText, error, isLong, found } = pages
  return (
    <>
      {isLong ? (
        <TextInput
          size="xs"
          aria-label={label}
          placeholder={label}
          leftSection={<Search size={13} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : null}
      {error ? <ProblemNotice error={error} /> : null}
      {found === 0 && text !== '' && !error ? <p role="status">{nothing}</p> : null}
    </>
  )
}

interface MoreProps {
  pages: Pick<SearchedPages, 'hasNextPage' | 'isFetchingNextPage' | 'more'>
}

/** The way to what is behind. */
export function MorePages({ pages }: MoreProps) {
  const { t } = useTranslation()
  if (!pages.hasNextPage) return null
  return (
    <BusyButton fullWidth variant="subtle" pending={pages.isFetchingNextPage} onClick={pages.more}>
      {t('common.more')}
    </BusyButton>
  )
}
