import * as KRadio from '@kobalte/core/radio-group'
import { Index, Show } from 'solid-js'
import type { Choice } from './select.tsx'
import field from './field.module.css'
import styles from './radio-cards.module.css'

/** One of a few, each with a sentence of what it means, all to be seen at once. */
export function RadioCards<Value extends string>(props: {
  readonly label: string
  readonly choices: readonly Choice<Value>[]
  readonly value: Value
  readonly onChange: (value: Value) => void
}) {
  const choose = (value: string) => {
    const choice = props.choices.find((known) => known.value === value)
    if (choice !== undefined && choice.value !== props.value) props.onChange(choice.value)
  }
  return (
    <KRadio.Root class={field.field} value={props.value} onChange={choose}>
      <KRadio.Label class={field.label}>{props.label}</KRadio.Label>
      <div class={styles.cards} role="presentation">
        {/* By place: choices made anew must not take the focus from the card that has it. */}
        <Index each={props.choices}>
          {(choice) => (
            <KRadio.Item value={choice().value} disabled={choice().disabled ?? false} class={styles.card}>
              <KRadio.ItemInput class={styles.input} />
              <KRadio.ItemControl class={styles.control} />
              <div class={styles.text}>
                <KRadio.ItemLabel class={styles.label}>{choice().label}</KRadio.ItemLabel>
                <Show when={choice().hint}>
                  {(hint) => <KRadio.ItemDescription class={styles.hint}>{hint()}</KRadio.ItemDescription>}
                </Show>
              </div>
            </KRadio.Item>
          )}
        </Index>
      </div>
    </KRadio.Root>
  )
}
