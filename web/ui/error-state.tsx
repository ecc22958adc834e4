import { Show, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { uiWords } from '../words/ui.ts'
import { StatusGlyph } from './status-glyph.tsx'
import styles from './error-state.module.css'

/** What happened, what is safe, what to do. `detail` keeps the machine's own words within reach. */
export function ErrorState(props: {
  readonly title: string
  /** It is the whole page, so its title is the page's. */
  readonly page?: boolean | undefined
  readonly text?: string | undefined
  readonly detail?: string | undefined
  readonly detailLabel?: string | undefined
  readonly children?: JSX.Element
}) {
  return (
    <div class={styles.error} role="alert">
      <StatusGlyph state="failed" size="lg" decorative />
      <Dynamic component={props.page ? 'h1' : 'h2'} class={styles.title}>
        {props.title}
      </Dynamic>
      <Show when={props.text}>
        <p class={styles.text}>{props.text}</p>
      </Show>
      <Show when={props.children}>
        <div class={styles.actions}>{props.children}</div>
      </Show>
      <Show when={props.detail}>
        <details class={styles.detail}>
          <summary>{props.detailLabel ?? uiWords.details}</summary>
          <pre>{props.detail}</pre>
        </details>
      </Show>
    </div>
  )
}
