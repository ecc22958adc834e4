import { Show, type JSX } from 'solid-js'
import { Mark } from './mark.tsx'
import styles from './note.module.css'

/** Instead of what was to be shown: why, and what can be done. `alert`: it came while somebody was looking. */
export function Note(props: {
  readonly title: string
  readonly text: string
  readonly alert?: boolean | undefined
  readonly children?: JSX.Element
}) {
  return (
    <div class={styles.note} role={props.alert ? 'alert' : undefined}>
      <Mark awaited={false} />
      <h1 class={styles.title}>{props.title}</h1>
      <p class={styles.text}>{props.text}</p>
      <Show when={props.children}>
        <div class={styles.acts}>{props.children}</div>
      </Show>
    </div>
  )
}
