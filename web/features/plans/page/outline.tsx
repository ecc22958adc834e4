import { For, Show } from 'solid-js'
import { planWords } from '../../../words/plan.ts'
import type { Reading } from '../editor/reading.ts'
import styles from './outline.module.css'

const words = planWords.outline

/** The parts of the plan with the steps in them; leads to each. */
export function Outline(props: {
  readonly reading: Reading | undefined
  /** The part that is looked at. */
  readonly current: string | undefined
  readonly onGo: (key: string) => void
}) {
  const sections = () => props.reading?.sections ?? []
  return (
    <nav class={styles.outline} aria-label={words.title}>
      <h2 class={styles.title}>{words.title}</h2>
      <For each={sections()} fallback={<p class={styles.empty}>{words.empty}</p>}>
        {(section) => (
          <button
            type="button"
            class={styles.section}
            data-level={Math.min(section.level, 3)}
            aria-current={props.current === section.key ? 'location' : undefined}
            title={section.text}
            onClick={() => props.onGo(section.key)}
          >
            <span class={styles.text}>{section.text}</span>
            <Show when={section.steps.total > 0 && section.level === 1}>
              <span class={styles.count} aria-label={words.steps(section.steps.done, section.steps.total)} role="img">
                {words.stepsShort(section.steps.done, section.steps.total)}
              </span>
            </Show>
          </button>
        )}
      </For>
      <Show when={props.reading}>
        {(reading) => (
          <p class={styles.counts}>{planWords.counts(reading().words, reading().steps.done, reading().steps.total)}</p>
        )}
      </Show>
    </nav>
  )
}
