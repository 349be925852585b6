import { forgetUpload } from '@/features/datasets/api/use-upload'
import { forgetTalks } from '@/features/playground/api/kept-talk'
import { resetDraft } from '@/features/tuning/api/draft'
import { onTokenChange } from '@/lib/session/session'

import { queryClient } from './query-client'

/** What one account has seen and put together is not there for the next. Returns what ends the watch. */
export function forgetAtSignOut(): () => void {
  return onTokenChange(() => {
    queryClient.clear()
    resetDraft()
    forgetUpload()
    forgetTalks()
  })
}
