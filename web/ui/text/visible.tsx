import { For, Show, createMemo } from 'solid-js'
import { visiblePieces } from './visible-text.ts'
import styles from './visible.module.css'

/** Text whose unseen characters are drawn as marks. */
export function VisibleText(props: { readonly text: string }) {
  // Nearly always there are none.
  const marked = createMemo(() => {
    const pieces = visiblePieces(props.text)
    return pieces.some(({ mark }) => mark) ? pieces : undefined
  })
  return (
    <Show when={marked()} fallback={props.text}>
      {(pieces) => (
        <For each={pieces()}>
          {(piece) => (
            <Show when={piece.mark} fallback={piece.text}>
              <span class={styles.mark}>{piece.text}</span>
            </Show>
          )}
        </For>
      )}
    </Show>
  )
}

/** Something a machine reads (a command, a path): characters in the order in which they are read, nothing hidden. */
export function MachineText(props: {
  readonly text: string
  readonly class?: string | undefined
  readonly title?: string | undefined
}) {
  return (
    <code class={`${styles.machine} ${props.class ?? ''}`} title={props.title}>
      <VisibleText text={props.text} />
    </code>
  )
}

/** A path cut in the middle where it doesn't fit; its name stays whole, the full path is in the tooltip. */
export function PathText(props: { readonly path: string }) {
  const cut = (): number => props.path.lastIndexOf('/') + 1
  return (
    <code class={styles.path} title={props.path}>
      <span class={styles.folder}>
        <VisibleText text={props.path.slice(0, cut())} />
      </span>
      <span class={styles.name}>
        <VisibleText text={props.path.slice(cut())} />
      </span>
    </code>
  )
}
