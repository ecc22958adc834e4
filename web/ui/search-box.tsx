import { Search, X } from 'lucide'
import { Show, createEffect, createSignal, on } from 'solid-js'
import { Icon } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import styles from './search-box.module.css'

/** Words that narrow a list while they are typed. The place around it gives it its width. */
export function SearchBox(props: {
  readonly label: string
  readonly clearLabel: string
  /** What the list is narrowed by, without spaces around it. */
  readonly find: string
  readonly onFind: (text: string) => void
  /** From the search down into the list. */
  readonly onDown: () => void
  readonly inputRef: (element: HTMLInputElement) => void
}) {
  // What is typed stands at once; the list, and the address, follow.
  const [typed, setTyped] = createSignal('')
  createEffect(
    on(
      () => props.find,
      (find) => setTyped((before) => (before.trim() === find ? before : find)),
    ),
  )
  const change = (text: string) => {
    setTyped(text)
    props.onFind(text.trim())
  }
  let input: HTMLInputElement | undefined
  return (
    <label class={styles.search}>
      <Icon of={Search} size="sm" />
      <input
        ref={(element) => {
          input = element
          props.inputRef(element)
        }}
        type="search"
        class={styles.input}
        placeholder={props.label}
        aria-label={props.label}
        aria-keyshortcuts="/"
        value={typed()}
        enterkeyhint="search"
        autocomplete="off"
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
          if (event.key === 'Escape') {
            if (typed() === '') event.currentTarget.blur()
            else change('')
          } else if (event.key === 'ArrowDown') props.onDown()
          else return
          event.preventDefault()
        }}
      />
      <Show when={typed() !== ''} fallback={<Kbd>/</Kbd>}>
        <button
          type="button"
          class={styles.clear}
          aria-label={props.clearLabel}
          onClick={() => {
            change('')
            input?.focus()
          }}
        >
          <Icon of={X} size="sm" />
        </button>
      </Show>
    </label>
  )
}
