import * as KToast from '@kobalte/core/toast'
import { X } from 'lucide'
import { Show } from 'solid-js'
import { Portal } from 'solid-js/web'
import { uiWords } from '../words/ui.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import styles from './toast.module.css'

/** Says what was done and offers to undo it. Nothing else is a toast: errors stand where they happened. */
export function showToast(toast: {
  readonly text: string
  readonly action?: { readonly label: string; readonly onAction: () => void } | undefined
}): void {
  KToast.toaster.show((shown) => (
    <KToast.Root toastId={shown.toastId} class={styles.toast}>
      <KToast.Title class={styles.text}>{toast.text}</KToast.Title>
      <Show when={toast.action}>
        {(action) => (
          <Button
            tone="ghost"
            onClick={() => {
              KToast.toaster.dismiss(shown.toastId)
              action().onAction()
            }}
          >
            {action().label}
          </Button>
        )}
      </Show>
      <KToast.CloseButton class={styles.close} aria-label={uiWords.close}>
        <Icon of={X} size="sm" />
      </KToast.CloseButton>
    </KToast.Root>
  ))
}

/** Where toasts appear; mounted once by the app. */
export function ToastRegion() {
  return (
    <Portal>
      <KToast.Region duration={8000} limit={3} aria-label={uiWords.notices}>
        <KToast.List class={styles.list} />
      </KToast.Region>
    </Portal>
  )
}
