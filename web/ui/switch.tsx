import * as KSwitch from '@kobalte/core/switch'
import { Show } from 'solid-js'
import styles from './switch.module.css'

/** On or off, at once: for settings that need no Save. */
export function Switch(props: {
  readonly label: string
  readonly hint?: string | undefined
  readonly checked: boolean
  readonly disabled?: boolean | undefined
  readonly onChange: (checked: boolean) => void
}) {
  return (
    <KSwitch.Root
      class={styles.switch}
      checked={props.checked}
      disabled={props.disabled ?? false}
      onChange={(checked) => props.onChange(checked)}
    >
      <span class={styles.words}>
        <KSwitch.Label class={styles.label}>{props.label}</KSwitch.Label>
        <Show when={props.hint}>
          {(hint) => <KSwitch.Description class={styles.hint}>{hint()}</KSwitch.Description>}
        </Show>
      </span>
      <KSwitch.Input class={styles.input} />
      <KSwitch.Control class={styles.control}>
        <KSwitch.Thumb class={styles.thumb} />
      </KSwitch.Control>
    </KSwitch.Root>
  )
}
