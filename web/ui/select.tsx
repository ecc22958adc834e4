import * as KSelect from '@kobalte/core/select'
import { Check, ChevronDown } from 'lucide'
import { Show, useContext, type JSX } from 'solid-js'
import { Icon } from './icon.tsx'
import { InDialogContext } from './in-dialog.ts'
import field from './field.module.css'
import menu from './menu.module.css'
import styles from './select.module.css'

export type Choice<Value extends string = string> = {
  readonly value: Value
  readonly label: string
  /** A second line: what it means, or why it can't be chosen. */
  readonly hint?: string | undefined
  readonly disabled?: boolean | undefined
}

/** One of several. `tile` draws something before a choice's name. */
export function Select<Value extends string>(props: {
  readonly label: string
  /** The label is spoken only, where the row says what it is. */
  readonly labelHidden?: boolean | undefined
  readonly choices: readonly Choice<Value>[]
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly disabled?: boolean | undefined
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly tile?: ((choice: Choice<Value>) => JSX.Element) | undefined
}) {
  const inDialog = useContext(InDialogContext)
  const chosen = () => props.choices.find((choice) => choice.value === props.value)
  return (
    <KSelect.Root<Choice<Value>>
      class={field.field}
      options={[...props.choices]}
      optionValue="value"
      optionTextValue="label"
      optionDisabled="disabled"
      value={chosen() ?? null}
      onChange={(choice: Choice<Value> | null) => {
        if (choice !== null && choice.value !== props.value) props.onChange(choice.value)
      }}
      disallowEmptySelection
      disabled={props.disabled ?? false}
      // A dialog around it hides the list, which stands outside of it on the page. On a page the list itself would hide what can still be reached.
      modal={inDialog}
      gutter={4}
      sameWidth
      validationState={props.error === undefined ? 'valid' : 'invalid'}
      itemComponent={(item) => (
        <KSelect.Item item={item.item} class={menu.item}>
          <Show when={props.tile}>{(tile) => tile()(item.item.rawValue)}</Show>
          <span class={menu.label}>
            <KSelect.ItemLabel>{item.item.rawValue.label}</KSelect.ItemLabel>
            <Show when={item.item.rawValue.hint}>
              {(hint) => <KSelect.ItemDescription class={menu.hint}>{hint()}</KSelect.ItemDescription>}
            </Show>
          </span>
          <KSelect.ItemIndicator class={styles.check}>
            <Icon of={Check} size="sm" />
          </KSelect.ItemIndicator>
        </KSelect.Item>
      )}
    >
      <KSelect.Label class={field.label} data-hidden={props.labelHidden ? '' : undefined}>
        {props.label}
      </KSelect.Label>
      <KSelect.Trigger class={`${field.input} ${styles.trigger}`}>
        <Show when={props.tile && chosen()} keyed>
          {(choice) => props.tile?.(choice)}
        </Show>
        <KSelect.Value<Choice<Value>> class={styles.value}>{(state) => state.selectedOption().label}</KSelect.Value>
        <KSelect.Icon class={styles.icon}>
          <Icon of={ChevronDown} size="sm" />
        </KSelect.Icon>
      </KSelect.Trigger>
      <Show when={props.hint !== undefined && props.error === undefined}>
        <KSelect.Description class={field.hint}>{props.hint}</KSelect.Description>
      </Show>
      <KSelect.ErrorMessage class={field.error}>{props.error}</KSelect.ErrorMessage>
      <KSelect.Portal>
        <KSelect.Content class={menu.menu}>
          <KSelect.Listbox class={styles.listbox} />
        </KSelect.Content>
      </KSelect.Portal>
    </KSelect.Root>
  )
}
