import { Eye, EyeOff } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import type { SecretKind } from '#shared/domain/secret.ts'
import { Button } from '../../../ui/button.tsx'
import { TextArea, TextInput } from '../../../ui/field.tsx'
import { Select, type Choice } from '../../../ui/select.tsx'
import { secretWords } from '../../../words/secrets.ts'
import { fieldsOf, usualChoice, type SecretField, type Typed } from './secret-fields.ts'
import styles from './secrets.module.css'

/** What makes up the value of a secret. Nothing of it is shown until somebody wants to see what they typed. */
export function ValueFields(props: {
  readonly kind: SecretKind
  readonly typed: Typed
  readonly onChange: (changed: Typed) => void
  readonly error: string | undefined
  /** What is to be known of what was typed. */
  readonly said: readonly string[]
  readonly label?: string | undefined
}) {
  const [isShown, setShown] = createSignal(false)
  const last = (field: SecretField): boolean => fieldsOf[props.kind].at(-1) === field
  const label = (field: SecretField): string =>
    field.name === 'value' ? (props.label ?? secretWords.fields.value) : secretWords.fields[field.name]
  const common = (field: SecretField) => ({
    label: label(field),
    optional: field.optional,
    value: props.typed[field.name] ?? '',
    error: last(field) ? props.error : undefined,
    autocomplete: 'off' as const,
    autocapitalize: 'off' as const,
    spellcheck: false,
  })
  return (
    <div class={styles.value}>
      <For each={fieldsOf[props.kind]}>
        {(field) => (
          <div class={styles.value} data-hidden={field.hidden === true && !isShown() ? '' : undefined}>
            <Show
              when={field.form === 'choice'}
              fallback={
                <Show
                  when={field.form === 'lines'}
                  fallback={
                    <TextInput {...common(field)} onChange={(text) => props.onChange({ [field.name]: text })} />
                  }
                >
                  <TextArea
                    {...common(field)}
                    mono
                    rows={3}
                    onChange={(text) => props.onChange({ [field.name]: text })}
                  />
                </Show>
              }
            >
              <Select
                label={label(field)}
                choices={choicesOf(field)}
                value={props.typed[field.name] ?? usualChoice(field.name)}
                onChange={(chosen) => props.onChange({ [field.name]: chosen })}
              />
            </Show>
          </div>
        )}
      </For>
      <div class={styles.tools}>
        <div class={styles.said} role="status">
          <For each={props.said}>{(sentence) => <p>{sentence}</p>}</For>
        </div>
        <Button size="lg" icon={isShown() ? EyeOff : Eye} aria-pressed={isShown()} onClick={() => setShown(!isShown())}>
          {isShown() ? secretWords.hide : secretWords.show}
        </Button>
      </div>
    </div>
  )
}

function choicesOf({ name }: SecretField): Choice[] {
  const words = name === 'api' ? secretWords.apis : secretWords.hostKinds
  return Object.entries(words).map(([value, label]) => ({ value, label }))
}
