import { Show } from 'solid-js'
import { lineStyles } from './line.tsx'

/** "+29 −4" */
export function PlusMinus(props: { readonly added: number; readonly removed: number }) {
  return (
    <>
      <Show when={props.added > 0 || props.removed === 0}>
        <span class={lineStyles.add}>+{props.added}</span>
      </Show>
      <Show when={props.removed > 0}>
        <span class={lineStyles.del}>−{props.removed}</span>
      </Show>
    </>
  )
}
