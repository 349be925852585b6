import { SegmentedControl, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'

import { BusyButton } from '@/components/ui/busy-button'
import { CodeBlock } from '@/components/ui/code-block'
import { ProblemNotice } from '@/components/ui/problem-notice'
import { SecretInput } from '@/components/ui/secret-input'

import { enterWithText, redeem } from '../api/session'
import classes from './sign-in.module.css'

type Way = 'link' | 'account'

/** The door: a launch link, the server's token, or an account. */
export function SignIn({ error }: { error: Error | null }) {
  const { t } = useTranslation()
  const [way, setWay] = useState<Way>('link')
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <img src="/icon.svg" alt="" className={classes.icon} />
        <h1 className={classes.title}>{t('signIn.title')}</h1>
        <p className={classes.words}>{t('signIn.text')}</p>
        <CodeBlock code="modelforge open" />
        {error ? <ProblemNotice error={error} /> : null}
        <SegmentedControl
          fullWidth
          aria-label={t('signIn.way')}
          value={way}
          onChange={(value) => setWay(value as Way)}
          data={[
            { value: 'link', label: t('signIn.link') },
            { value: 'account', label: t('signIn.account') },
          ]}
        />
        {way === 'link' ? <LinkForm /> : <AccountForm />}
      </div>
    </main>
  )
}

function LinkForm() {
  const { t } = useTranslation()
  const { register, handleSubmit, formState } = useForm<{ text: string }>()
  const enter = useMutation({ mutationFn: ({ text }: { text: string }) => enterWithText(text) })
  return (
    <form
      className={classes.form}
      onSubmit={(event) => void handleSubmit((values) => enter.mutate(values))(event)}
    >
      <SecretInput
        label={t('signIn.linkOrToken')}
        description={t('signIn.linkHelp')}
        autoComplete="off"
        error={formState.errors.text ? t('common.needed') : null}
        {...register('text', { required: true })}
      />
      {enter.error ? <ProblemNotice error={enter.error} /> : null}
      <BusyButton type="submit" fullWidth pending={enter.isPending}>
        {t('signIn.enter')}
      </BusyButton>
    </form>
  )
}

function AccountForm() {
  const { t } = useTranslation()
  const { register, handleSubmit, formState } = useForm<{ name: string; password: string }>()
  const enter = useMutation({ mutationFn: redeem })
  return (
    <form
      className={classes.form}
      onSubmit={(event) => void handleSubmit((values) => enter.mutate(values))(event)}
    >
      <TextInput
        label={t('signIn.name')}
        autoComplete="username"
        error={formState.errors.name ? t('common.needed') : null}
        {...register('name', { required: true })}
      />
      <SecretInput
        label={t('signIn.password')}
        autoComplete="current-password"
        error={formState.errors.password ? t('common.needed') : null}
        {...register('password', { required: true })}
      />
      {enter.error ? <ProblemNotice error={enter.error} /> : null}
      <BusyButton type="submit" fullWidth pending={enter.isPending}>
        {t('signIn.enter')}
      </BusyButton>
    </form>
  )
}
