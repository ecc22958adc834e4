import { Show } from 'solid-js'
import styles from './problem.module.css'

/** Why what a person wanted did not happen, said where it was asked for. Nothing while `text` is absent. */
export function Problem(props: { readonly text: string | undefined; readonly class?: string | undefined }) {
  return (
    <Show when={props.text}>
      {(text) => (
        <p class={`${styles.problem} ${props.class ?? ''}`} role="alert">
          {text()}
        </p>
      )}
    </Show>
  )
}
