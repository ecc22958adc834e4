import { Show, type JSX } from 'solid-js'
import { Mark } from '../../ui/mark.tsx'
import { StatusGlyph } from '../../ui/status-glyph.tsx'
import { authWords } from '../../words/auth.ts'
import styles from './entry-card.module.css'

/** The frame of every page before the app: the mark, what this is, and one thing to do. */
export function EntryCard(props: {
  readonly title: string
  readonly text?: JSX.Element | undefined
  readonly children?: JSX.Element
}) {
  return (
    <main class={styles.page}>
      <section class={styles.card} aria-labelledby="entry-title">
        <div class={styles.brand}>
          <Mark awaited={false} />
          {authWords.app}
        </div>
        <header class={styles.head}>
          <h1 id="entry-title" class={styles.title}>
            {props.title}
          </h1>
          <Show when={props.text}>
            <p class={styles.text}>{props.text}</p>
          </Show>
        </header>
        {props.children}
      </section>
    </main>
  )
}

/** What went wrong, where it happened. Announced; what was typed stays. */
export function Problem(props: { readonly text: string | undefined }) {
  return (
    <div role="alert" class={styles.alert}>
      <Show when={props.text}>
        {(text) => (
          <p class={styles.problem}>
            <StatusGlyph state="failed" decorative />
            <span>{text()}</span>
          </p>
        )}
      </Show>
    </div>
  )
}

export const entryStyles = styles
