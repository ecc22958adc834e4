import { For, Show, createEffect, onCleanup } from 'solid-js'
import { Count } from './chip.tsx'
import styles from './filters.module.css'

export type FilterChoice<Value extends string> = {
  readonly value: Value
  readonly label: string
  /** Absent or 0: not shown. */
  readonly count?: number | undefined
  /** What it counts waits for a person. */
  readonly turn?: boolean | undefined
}

/** One of a few ways to see a list. `segments`: on a phone they share its width; else they scroll sideways there. */
export function Filters<Value extends string>(props: {
  readonly label: string
  readonly choices: readonly FilterChoice<Value>[]
  readonly value: Value
  readonly segments?: boolean | undefined
  readonly onChange: (value: Value) => void
}) {
  const values = () => props.choices.map((choice) => choice.value)
  const choiceOf = (value: Value) => props.choices.find((choice) => choice.value === value)
  return (
    <div class={styles.filters} role="toolbar" aria-label={props.label} data-segments={props.segments ? '' : undefined}>
      {/* By value, so that a count that changes takes no focus away. */}
      <For each={values()}>
        {(value) => (
          <button
            ref={(element) =>
              createEffect(() => {
                if (props.value !== value) return
                // Once it is laid out.
                const frame = requestAnimationFrame(() =>
                  element.scrollIntoView?.({ block: 'nearest', inline: 'nearest' }),
                )
                onCleanup(() => cancelAnimationFrame(frame))
              })
            }
            type="button"
            class={styles.tab}
            aria-pressed={props.value === value}
            onClick={() => props.onChange(value)}
          >
            {choiceOf(value)?.label}
            <Show when={choiceOf(value)?.count}>
              {(count) => <Count of={count()} turn={choiceOf(value)?.turn === true ? true : undefined} />}
            </Show>
          </button>
        )}
      </For>
    </div>
  )
}
