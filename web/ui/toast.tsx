import { X } from 'lucide'
import { Show, createSignal, type JSX } from 'solid-js'
import { Dynamic, Portal } from 'solid-js/web'
import type { DisplayState } from '#shared/domain/run.ts'
import { uiWords } from '../words/ui.ts'
import { Icon } from './icon.tsx'
import { createPart } from './part.ts'
import styles from './toast.module.css'

export type Toast = {
  readonly text: string
  readonly action?: { readonly label: string; readonly onAction: () => void } | undefined
}

export type News = {
  readonly state: DisplayState
  readonly title: string
  readonly text: string
  readonly onOpen: () => void
}

const part = createPart(() => import('./toast-part.tsx'))
/** What was to be said while the code for it could not be fetched: without the network, in a browser that keeps nothing. */
const [plain, setPlain] = createSignal<string>()

/** To be called when the page is idle, so that the first toast waits for nothing. */
export function preloadToasts(): Promise<unknown> {
  return part.want()
}

/**
 * Says what was done and offers to undo it. Errors are no toast: they stand where they happened. (Each is a status of its own,
 * which a list may not hold.)
 */
export function showToast(toast: Toast): void {
  part.want().then(
    ({ showToast: show }) => show(toast),
    () => setPlain(toast.text),
  )
}

/** Something that happened elsewhere, announced politely; pressing it goes there. Returns what takes it away once it is no news any more. */
export function showNews(news: News): () => void {
  let isGone = false
  let dismiss: (() => void) | undefined
  part.want().then(
    ({ showNews: show }) => {
      if (!isGone) dismiss = show(news)
    },
    // It stands in the inbox.
    () => undefined,
  )
  return () => {
    isGone = true
    dismiss?.()
  }
}

/** Where toasts appear; mounted once by the app. */
export function ToastRegion(): JSX.Element {
  return (
    <>
      <Show when={part.here()}>{(loaded) => <Dynamic component={loaded().ToastRegions} />}</Show>
      <Portal>
        <div class={styles.list} role="status">
          <Show when={plain()}>
            {(text) => (
              <div class={styles.toast} data-opened="">
                <span class={styles.text}>{text()}</span>
                <button
                  type="button"
                  class={styles.close}
                  aria-label={uiWords.close}
                  onClick={() => setPlain(undefined)}
                >
                  <Icon of={X} size="sm" />
                </button>
              </div>
            )}
          </Show>
        </div>
      </Portal>
    </>
  )
}
