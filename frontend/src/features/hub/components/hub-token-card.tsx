import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { Card } from '@/components/ui/card'
import grid from '@/components/ui/grid.module.css'
import { Notice } from '@/components/ui/notice'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { SecretInput } from '@/components/ui/secret-input'

import { forgetHubToken, hubTokenQuery, keepHubToken } from '../api/token'
import classes from './hub-token-card.module.css'

/** Enter a token once, or forget it. It is never shown. */
export function HubTokenCard() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data, error } = useQuery(hubTokenQuery())
  const { register, handleSubmit, reset, formState } = useForm<{ token: string }>()
  const refresh = () => queries.invalidateQueries({ queryKey: ['hub', 'token'] })
  const keep = useMutation({
    mutationFn: ({ token }: { token: string }) => keepHubToken(token),
    onSuccess: () => {
      reset()
      return refresh()
    },
  })
  const forget = useMutation({ mutationFn: forgetHubToken, onSuccess: refresh })
  const problem = keep.error ?? forget.error ?? error
  return (
    <Card title={t('settings.hub')}>
      <div className={grid.stack}>
        <p className={classes.words}>{t('settings.hubText')}</p>
        {data ? (
          <Notice tone={data.source ? 'good' : 'info'}>
            {data.source ? t(`settings.hubFrom.${data.source}`) : t('settings.hubNone')}
          </Notice>
        ) : null}
        <form
          className={classes.form}
          onSubmit={(event) => void handleSubmit((values) => keep.mutate(values))(event)}
        >
          <SecretInput
            className={classes.input}
            label={t('settings.hubToken')}
            placeholder="hf_…"
            autoComplete="off"
            error={formState.errors.token ? t('settings.hubTokenShort') : null}
            {...register('token', { required: true, minLength: 8 })}
          />
          <BusyButton type="submit" variant="default" pending={keep.isPending}>
            {t('settings.hubSave')}
          </BusyButton>
          {data?.source === 'keyring' || data?.source === 'file' ? (
            <BusyButton
              variant="subtle"
              color="red"
              pending={forget.isPending}
              onClick={() => forget.mutate()}
            >
              {t('settings.hubForget')}
            </BusyButton>
          ) : null}
        </form>
        {problem ? <ProblemNotice error={problem} /> : null}
      </div>
    </Card>
  )
}
