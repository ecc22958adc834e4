import { Show, createSignal, createUniqueId, onMount, type JSX } from 'solid-js'
import { reviewCommentLimit } from '#shared/domain/review-comment.ts'
import { isKey } from '../../../state/keyboard.ts'
import { Button } from '../../../ui/button.tsx'
import { reviewWords } from '../../../words/review.ts'
import { uiWords } from '../../../words/ui.ts'
import styles from './comments.module.css'

/** A text being written. What is typed is the caller's to keep; `onSend` says whether it is durable. */
export function CommentForm(props: {
  readonly label: string
  readonly send: string
  readonly text: string
  readonly onText: (text: string) => void
  readonly onSend: (text: string) => Promise<boolean>
  readonly onCancel: () => void
  readonly cancel?: string | undefined
  readonly hint?: string | undefined
  /** It takes the focus; not where it comes back with the page. */
  readonly takesFocus: boolean
  readonly children?: JSX.Element
}) {
  const [busy, setBusy] = createSignal(false)
  const overId = createUniqueId()
  const over = () => props.text.trim().length - reviewCommentLimit
  const isReady = () => props.text.trim() !== '' && over() <= 0
  let area!: HTMLTextAreaElement
  onMount(() => {
    // After what was pressed has given up the focus.
    if (props.takesFocus) requestAnimationFrame(() => area.isConnected && area.focus())
  })
  const send = async (): Promise<void> => {
    if (!isReady() || busy()) return
    setBusy(true)
    await props.onSend(props.text.trim())
    setBusy(false)
  }
  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onKeyDown={(event) => {
        if (isKey(event, 'Escape')) {
          event.preventDefault()
          event.stopPropagation()
          props.onCancel()
        } else if (isKey(event, 'Mod+Enter')) {
          event.preventDefault()
          event.stopPropagation()
          void send()
        }
      }}
    >
      {props.children}
      <textarea
        ref={area}
        class={styles.area}
        rows="3"
        dir="auto"
        aria-label={props.label}
        aria-invalid={over() > 0 ? 'true' : undefined}
        aria-describedby={over() > 0 ? overId : undefined}
        placeholder={reviewWords.holder}
        value={props.text}
        onInput={(event) => props.onText(event.currentTarget.value)}
      />
      <Show when={over() > 0}>
        <p class={styles.over} id={overId} role="alert">
          {uiWords.tooLong(over())}
        </p>
      </Show>
      <span class={styles.acts}>
        <Show when={props.hint}>
          <span class={styles.hint}>{props.hint}</span>
        </Show>
        <Button size="sm" tone="ghost" onClick={() => props.onCancel()}>
          {props.cancel ?? reviewWords.cancel}
        </Button>
        <Button size="sm" type="submit" tone="ink" disabled={!isReady()} aria-busy={busy()}>
          {props.send}
        </Button>
      </span>
    </form>
  )
}
