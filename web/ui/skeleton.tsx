import { For, Show, createSignal, onCleanup } from 'solid-js'
import { uiWords } from '../words/ui.ts'
import styles from './skeleton.module.css'

/**
 * What stands in for rows that load: nothing for 300 ms (local data is at hand by then), then the rows' shapes without
 * shimmer, and after 5 s a sentence of what is waited for.
 */
export function SkeletonRows(props: { readonly rows?: number | undefined; readonly waitsFor: string }) {
  const [stage, setStage] = createSignal<0 | 1 | 2>(0)
  const soon = setTimeout(() => setStage(1), 300)
  const late = setTimeout(() => setStage(2), 5000)
  onCleanup(() => {
    clearTimeout(soon)
    clearTimeout(late)
  })
  return (
    <div class={styles.skeleton} role="status" aria-label={uiWords.loading}>
      <Show when={stage() >= 2}>
        <p class={styles.waits}>{props.waitsFor}</p>
      </Show>
      <Show when={stage() >= 1}>
        <For each={Array.from({ length: props.rows ?? 8 }, (_, index) => widths[index % widths.length])}>
          {(width) => (
            <div class={styles.row} aria-hidden="true">
              <span class={styles.dot} />
              <span class={styles.line} style={{ 'inline-size': width }} />
            </div>
          )}
        </For>
      </Show>
    </div>
  )
}

const widths = ['46%', '31%', '58%', '39%', '27%', '51%']
