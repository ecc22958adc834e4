import { Show, type JSX } from 'solid-js'
import styles from './page-head.module.css'

/** The head of a pane: title, then actions. On phones the title is large, as on the pages that the bottom bar opens. */
export function PageHead(props: {
  readonly title: string
  readonly before?: JSX.Element
  readonly children?: JSX.Element
}) {
  return (
    <header class={styles.head} data-sub={props.before === undefined ? undefined : ''}>
      <Show when={props.before}>{props.before}</Show>
      <h1 class={styles.title}>{props.title}</h1>
      <Show when={props.children}>
        <div class={styles.actions}>{props.children}</div>
      </Show>
    </header>
  )
}
