import { Show, createSignal, createUniqueId, onMount, type JSX } from 'solid-js'
import { planCommentLimit } from '#shared/domain/plan-comment.ts'
import { isKey } from '../../../state/keyboard.ts'
import { Button } from '../../../ui/button.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import { uiWords } from '../../../words/ui.ts'
import styles from './comments.module.css'

/** A comment being written. What is typed is the caller's to keep; `onSend` says whether it is durable. */
export function CommentForm(props: {
  readonly label: string
  readonly send: string
  readonly text: string
  readonly onText: (text: string) => void
  readonly onSend: (text: string) => Promise<boolean>
  readonly onCancel: () => void
  /** What stands above the text. */
  readonly children?: JSX.Element
  /** Absent: a text is needed. `ready`: it goes without one. `wrong`: it does not go. */
  readonly beside?: 'ready' | 'wrong' | undefined
}) {
  const [busy, setBusy] = createSignal(false)
  const overId = createUniqueId()
  const over = () => props.text.trim().length - planCommentLimit
  const isReady = () =>
    props.beside !== 'wrong' && (props.text.trim() !== '' || props.beside === 'ready') && over() <= 0
  let area!: HTMLTextAreaElement
  // After what was pressed has given up the focus.
  onMount(() => requestAnimationFrame(() => area.isConnected && area.focus()))
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
        placeholder={commentWords.holder}
        value={props.text}
        onInput={(event) => props.onText(event.currentTarget.value)}
      />
      <Show when={over() > 0}>
        <p class={styles.over} id={overId} role="alert">
          {uiWords.tooLong(over())}
        </p>
      </Show>
      <span class={styles.acts}>
        <Button size="sm" tone="ghost" onClick={() => props.onCancel()}>
          {commentWords.cancel}
        </Button>
        <Button size="sm" type="submit" disabled={!isReady()} aria-busy={busy()}>
          {props.send}
        </Button>
      </span>
    </form>
  )
}
