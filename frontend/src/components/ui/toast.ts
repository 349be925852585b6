import { notifications } from '@mantine/notifications'
import i18next from 'i18next'

/** Say what was done, where its page is gone and cannot say so itself. */
export function toast(message: string): void {
  notifications.show({ message, closeButtonProps: { 'aria-label': i18next.t('common.close') } })
}
