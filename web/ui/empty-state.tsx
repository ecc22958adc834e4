import { Show, type JSX } from 'solid-js'
import styles from './empty-state.module.css'

/** One sentence and one button. No drawings. */
export function EmptyState(props: { readonly text: string; readonly children?: JSX.Element }) {
  return (
    <div class={styles.empty}>
      <p class={styles.text}>{props.text}</p>
      <Show when={props.children}>
        <div class={styles.actions}>{props.children}</div>
      </Show>
    </div>
  )
}
