import { Button, Select, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Card } from '@/components/ui/card'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { formatNumber } from '@/lib/format/format'

import { datasetsQuery, type Repeats, repeatsQuery } from '../api/datasets'
import classes from './repeats-card.module.css'

const ITSELF = ''
/** So many rows are compared in a moment; more only when somebody asks. */
const IN_A_MOMENT = 20_000

/** Rows that occur again: in the dataset itself, or in another, where they would leak between training and test. */
export function RepeatsCard({ dataset, rows }: { dataset: string; rows: number }) {
  const { t } = useTranslation()
  const [among, setAmong] = useState(ITSELF)
  const [asked, setAsked] = useState(rows <= IN_A_MOMENT)
  const { data: library } = useQuery(datasetsQuery())
  const { data, error, isFetching } = useQuery({ ...repeatsQuery(dataset, among || null), enabled: asked })
  const stored = (library?.items ?? []).filter(({ shape }) => shape !== null)
  const others = [
    ...stored.map(({ id, name }) => ({ value: id, label: name })),
    ...(library?.samples ?? []).map((name) => ({ value: name, label: name })),
  ].filter(({ value }) => value !== dataset)
  return (
    <Card title={t('repeats.title')}>
      <Select
        searchable
        openOnFocus={false}
        label={t('repeats.among')}
        description={t('repeats.amongText')}
        allowDeselect={false}
        value={among}
        onChange={(value) => {
          setAmong(value ?? ITSELF)
          setAsked(true)
        }}
        data={[{ value: ITSELF, label: t('repeats.itself') }, ...others]}
      />
      <div className={classes.found} aria-live="polite">
        {error ? <ProblemNotice error={error} /> : null}
        {isFetching && !data ? <Skeleton height={48} /> : null}
        {asked ? null : (
          <Button variant="default" size="xs" onClick={() => setAsked(true)}>
            {t('repeats.look')}
          </Button>
        )}
        {data ? <Found repeats={data} inItself={among === ITSELF} /> : null}
      </div>
    </Card>
  )
}

function Found({ repeats, inItself }: { repeats: Repeats; inItself: boolean }) {
  const { t } = useTranslation()
  const { exact, near, prompts, examples } = repeats
  if (exact + near + prompts === 0) {
    return <p className={classes.words}>{t(inItself ? 'repeats.none' : 'repeats.noLeak')}</p>
  }
  return (
    <>
      <p className={classes.words}>
        {exact > 0 ? <strong className="numbers">{t('repeats.exact', { count: exact })} </strong> : null}
        {near > 0 ? <strong className="numbers">{t('repeats.near', { count: near })} </strong> : null}
        {prompts > 0 ? (
          <strong className="numbers">{t('repeats.prompts', { count: prompts })} </strong>
        ) : null}
        {t(inItself ? 'repeats.keptTogether' : 'repeats.leak')}
      </p>
      {examples.length > 0 ? <Examples examples={examples} /> : null}
    </>
  )
}

function Examples({ examples }: { examples: Repeats['examples'] }) {
  const { t } = useTranslation()
  return (
    <details>
      <summary>{t('repeats.show', { count: examples.length })}</summary>
      <ol className={classes.list}>
        {examples.map((one) => (
          <li key={one.row} className={classes.pair}>
            <span className={`${classes.where} numbers`}>
              {t(one.equal ? 'repeats.equals' : 'repeats.resembles', {
                row: formatNumber(one.row),
                earlier: formatNumber(one.earlier_row),
              })}
            </span>
            <span className={classes.text}>{one.text}</span>
            {one.equal ? null : <span className={classes.text}>{one.earlier_text}</span>}
          </li>
        ))}
      </ol>
    </details>
  )
}
