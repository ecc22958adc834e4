import { For, Show } from 'solid-js'
import styles from './usage-chart.module.css'

/** How many parts can be told apart, the one for the others with them. */
const kinds = [0, 1, 2, 3, 4, 5] as const

export const patternId = (prefix: string, series: number): string => `${prefix}-series-${series}`

/** A fill for each part of a bar: a colour, and lines or dots of the ground in it, so that it is known without the colour. */
export function Patterns(props: { readonly prefix: string; readonly only?: number }) {
  return (
    <defs>
      <For each={kinds.filter((kind) => props.only === undefined || kind === props.only)}>
        {(kind) => (
          <pattern id={patternId(props.prefix, kind)} width="6" height="6" patternUnits="userSpaceOnUse">
            <rect width="6" height="6" class={styles.ground} data-series={kind} />
            <Show when={kind === 1}>
              <path d="M-1 7 7 -1M2 10 10 2M-4 4 4 -4" class={styles.ink} />
            </Show>
            <Show when={kind === 2}>
              <circle cx="3" cy="3" r="1.3" class={styles.dot} />
            </Show>
            <Show when={kind === 3}>
              <path d="M0 3H6" class={styles.ink} />
            </Show>
            <Show when={kind === 4}>
              <path d="M0 3H6M3 0V6" class={styles.ink} />
            </Show>
            <Show when={kind === 5}>
              <path d="M-1 -1 7 7M-4 2 4 10M2 -4 10 4" class={styles.ink} />
            </Show>
          </pattern>
        )}
      </For>
    </defs>
  )
}

/** The fill of one part, for the legend. */
export function Swatch(props: { readonly prefix: string; readonly series: number }) {
  return (
    <svg viewBox="0 0 18 12" class={styles.swatch} aria-hidden="true">
      <Patterns prefix={props.prefix} only={props.series} />
      <rect width="18" height="12" rx="2" fill={`url(#${patternId(props.prefix, props.series)})`} />
    </svg>
  )
}
