import * as KToast from '@kobalte/core/toast'
import { X } from 'lucide'
import { Show, onCleanup, type JSX } from 'solid-js'
import { Portal } from 'solid-js/web'
import { inboxWords } from '../words/inbox.ts'
import { uiWords } from '../words/ui.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import { StatusGlyph } from './status-glyph.tsx'
import { VisibleText } from './text/visible.tsx'
import type { News, Toast } from './toast.tsx'
import styles from './toast.module.css'

/** See `showToast` in `toast.tsx`. */
export function showToast(toast: Toast): void {
  const dismiss = show((toastId) => (
    <KToast.Root as="div" toastId={toastId} class={styles.toast}>
      <KToast.Title class={styles.text}>{toast.text}</KToast.Title>
      <Show when={toast.action}>
        {(action) => (
          <Button
            tone="ghost"
            onClick={() => {
              dismiss()
              action().onAction()
            }}
          >
            {action().label}
          </Button>
        )}
      </Show>
      <Close />
    </KToast.Root>
  ))
}

/** Most pieces of news at once: the oldest makes room. */
const newsLimit = 2
const newsRegion = 'news'
const news: (() => void)[] = []

/** See `showNews` in `toast.tsx`. */
export function showNews(toast: News): () => void {
  const dismiss = show(
    (toastId) => (
      <KToast.Root as="div" toastId={toastId} class={`${styles.toast} ${styles.news}`} priority="low">
        <StatusGlyph state={toast.state} size="lg" />
        <div class={styles.words}>
          <KToast.Title
            as="button"
            type="button"
            class={styles.title}
            onClick={() => {
              dismiss()
              toast.onOpen()
            }}
          >
            {toast.title}
          </KToast.Title>
          <KToast.Description class={styles.says}>
            <VisibleText text={toast.text} />
          </KToast.Description>
        </div>
        <Close />
      </KToast.Root>
    ),
    newsRegion,
    () => {
      const at = news.indexOf(dismiss)
      if (at >= 0) news.splice(at, 1)
    },
  )
  news.push(dismiss)
  while (news.length > newsLimit) news.shift()?.()
  return dismiss
}

let shown = 0

/** Returns what takes it away. */
function show(toast: (toastId: number) => JSX.Element, region?: string, onGone?: () => void): () => void {
  function Shown(props: { readonly toastId: number }) {
    shown++
    onCleanup(() => {
      onGone?.()
      // Kobalte keeps what was dismissed; once nothing is shown, nothing has to be kept.
      if (--shown === 0) queueMicrotask(() => shown === 0 && KToast.toaster.clear())
    })
    return <>{toast(props.toastId)}</>
  }
  const id = KToast.toaster.show((given) => <Shown toastId={given.toastId} />, region === undefined ? {} : { region })
  return () => void KToast.toaster.dismiss(id)
}

function Close() {
  return (
    <KToast.CloseButton class={styles.close} aria-label={uiWords.close}>
      <Icon of={X} size="sm" />
    </KToast.CloseButton>
  )
}

/** Where they appear. */
export function ToastRegions() {
  return (
    <Portal>
      <KToast.Region duration={8000} limit={3} aria-label={uiWords.notices} hotkey={['altKey', 'shiftKey', 'KeyT']}>
        <KToast.List as="div" class={styles.list} />
      </KToast.Region>
      <KToast.Region regionId={newsRegion} duration={8000} limit={newsLimit} aria-label={inboxWords.news}>
        <KToast.List as="div" class={`${styles.list} ${styles.newsList}`} />
      </KToast.Region>
    </Portal>
  )
}
