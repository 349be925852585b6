import { TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { SearchedPages } from '@/lib/api/use-searched-pages'

import { BusyButton } from './busy-button'
import { ProblemNotice } from './problem-notice'

interface ListSearchProps {
  pages: Pick<SearchedPages, 'text' | 'setText' | 'error' | 'isLong' | 'isNarrowed' | 'found'>
  /** What the field is for. */
  label: string
  /** What is said where nothing is found. */
  nothing: string
}

/** Where a list is searched, once it is longer than what is shown of it at once. */
export function ListSearch({ pages, label, nothing }: ListSearchProps) {
  const { text, setText, error, isLong, isNarrowed, found } = pages
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
      {found === 0 && isNarrowed && !error ? <p role="status">{nothing}</p> : null}
    </>
  )
}

interface MoreProps {
  pages: Pick<SearchedPages, 'hasNextPage' | 'isFetchingNextPage' | 'nextError' | 'more'>
}

/** The way to what is behind, and why that did not come. */
export function MorePages({ pages }: MoreProps) {
  const { t } = useTranslation()
  if (!pages.hasNextPage) return null
  return (
    <>
      {pages.nextError ? <ProblemNotice error={pages.nextError} /> : null}
      <BusyButton fullWidth variant="subtle" pending={pages.isFetchingNextPage} onClick={pages.more}>
        {t('common.more')}
      </BusyButton>
    </>
  )
}
