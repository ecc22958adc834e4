import { Show, createSignal, createUniqueId, onMount, type JSX } from 'solid-js'
import { uiWords } from '../../words/ui.ts'
import { Button } from '../button.tsx'
import styles from './comment-form.module.css'

export interface CommentFormProps {
  readonly label: string
  readonly holder: string
  readonly send: string
  readonly cancel: string
  readonly hint?: string | undefined
  /** The longest text, in UTF-16 units. */
  readonly limit: number
  readonly text: string
  readonly onText: (text: string) => void
  readonly onSend: (text: string) => Promise<boolean>
  readonly onCancel: () => void
  /** What stands above the text. */
  readonly children?: JSX.Element
  /** Absent: a text is needed. `ready`: it goes without one. `wrong`: it does not go. */
  readonly beside?: 'ready' | 'wrong' | undefined
  /** `false`: it came back with the page, and leaves the focus where it is. */
  readonly takesFocus?: boolean | undefined
  readonly tone?: 'ink' | undefined
  /** Whether an event is a combination such as `Mod+Enter`, as the app reads keys. */
  readonly isKey: (event: KeyboardEvent, keys: 'Escape' | 'Mod+Enter') => boolean
}

/** A comment being written. What is typed is the caller's to keep; `onSend` says whether it is durable. */
export function CommentForm(props: CommentFormProps) {
  const [busy, setBusy] = createSignal(false)
  const overId = createUniqueId()
  const over = () => props.text.trim().length - props.limit
  const isReady = () =>
    props.beside !== 'wrong' && (props.text.trim() !== '' || props.beside === 'ready') && over() <= 0
  let area!: HTMLTextAreaElement
  onMount(() => {
    // After what was pressed has given up the focus.
    if (props.takesFocus !== false) requestAnimationFrame(() => area.isConnected && area.focus())
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
        if (props.isKey(event, 'Escape')) {
          event.preventDefault()
          event.stopPropagation()
          props.onCancel()
        } else if (props.isKey(event, 'Mod+Enter')) {
          event.preventDefault()
          // The page may send all comments by the same keys.
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
        placeholder={props.holder}
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
          {props.cancel}
        </Button>
        <Button size="sm" type="submit" tone={props.tone} disabled={!isReady()} aria-busy={busy()}>
          {props.send}
        </Button>
      </span>
    </form>
  )
}
