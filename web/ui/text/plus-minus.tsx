import { Show } from 'solid-js'
import styles from './plus-minus.module.css'

/** "+29 −4"; nothing for a change without lines, such as an empty file. */
export function PlusMinus(props: { readonly added: number; readonly removed: number }) {
  return (
    <>
      <Show when={props.added > 0}>
        <span class={styles.add}>+{props.added}</span>
      </Show>
      <Show when={props.removed > 0}>
        <span class={styles.del}>−{props.removed}</span>
      </Show>
    </>
  )
}
