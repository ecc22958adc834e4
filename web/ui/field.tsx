import * as KTextField from '@kobalte/core/text-field'
import { Show, createEffect, splitProps, type JSX } from 'solid-js'
import { uiWords } from '../words/ui.ts'
import { given } from './given.ts'
import styles from './field.module.css'

type FieldWords = {
  readonly label: string
  /** The label is spoken only, where the place says what it is (search). */
  readonly labelHidden?: boolean | undefined
  readonly hint?: JSX.Element | undefined
  /** What is wrong and what to do; shown under the field and announced. */
  readonly error?: string | undefined
  readonly optional?: boolean | undefined
  /**
   * The most characters it takes. Unlike `maxLength`, which cuts what is pasted and says nothing, more can stand here: it is
   * called too long, and the form is not sent.
   */
  readonly limit?: number | undefined
}

type FieldValue = { readonly value: string; readonly onChange: (value: string) => void }

type InputProps = FieldWords &
  FieldValue &
  Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value' | 'maxLength' | 'maxlength' | 'ref'>
type AreaProps = FieldWords &
  FieldValue & { readonly mono?: boolean | undefined } & Omit<
    JSX.TextareaHTMLAttributes<HTMLTextAreaElement>,
    'onChange' | 'value' | 'maxLength' | 'maxlength' | 'ref'
  >

const words = [
  'label',
  'labelHidden',
  'hint',
  'error',
  'optional',
  'limit',
  'value',
  'onChange',
  'required',
  'disabled',
] as const

/** One line of text. 16 px on phones, so that they don't zoom. */
export function TextInput(props: InputProps) {
  const [field, input] = splitProps(props, words)
  let element!: HTMLInputElement
  createEffect(() => element.setCustomValidity(tooLong(field) ?? ''))
  return (
    <Field {...field}>
      <KTextField.Input {...given(input)} ref={element} class={styles.input} />
    </Field>
  )
}

/** Text of several lines; grows with its content up to a third of the window. */
export function TextArea(props: AreaProps) {
  const [field, own, area] = splitProps(props, words, ['mono'])
  let element!: HTMLTextAreaElement
  createEffect(() => element.setCustomValidity(tooLong(field) ?? ''))
  return (
    <Field {...field}>
      <KTextField.TextArea
        {...given(area)}
        ref={element}
        class={styles.input}
        style={{ '--rows': area.rows }}
        data-area=""
        data-mono={own.mono ? '' : undefined}
      />
    </Field>
  )
}

function Field(
  props: FieldWords &
    FieldValue & {
      readonly required?: boolean | undefined
      readonly disabled?: boolean | undefined
      readonly children: JSX.Element
    },
) {
  const error = (): string | undefined => tooLong(props) ?? props.error
  return (
    <KTextField.Root
      class={styles.field}
      value={props.value}
      onChange={(value: string) => props.onChange(value)}
      validationState={error() === undefined ? 'valid' : 'invalid'}
      required={props.required ?? false}
      disabled={props.disabled ?? false}
    >
      <KTextField.Label class={styles.label} data-hidden={props.labelHidden ? '' : undefined}>
        {props.label}
        <Show when={props.optional}>
          <span class={styles.optional}>{uiWords.optional}</span>
        </Show>
      </KTextField.Label>
      {props.children}
      <Show when={props.hint !== undefined && error() === undefined}>
        <KTextField.Description class={styles.hint}>{props.hint}</KTextField.Description>
      </Show>
      <KTextField.ErrorMessage class={styles.error}>{error()}</KTextField.ErrorMessage>
    </KTextField.Root>
  )
}

function tooLong(field: { readonly value: string; readonly limit?: number | undefined }): string | undefined {
  const over = field.limit === undefined ? 0 : field.value.length - field.limit
  return over > 0 ? uiWords.tooLong(over) : undefined
}

/** A group of controls under one label, for choices that are not one input. */
export function FieldGroup(props: {
  readonly label: string
  readonly hint?: JSX.Element | undefined
  readonly error?: string | undefined
  readonly children: JSX.Element
}) {
  return (
    <fieldset class={styles.field}>
      <legend class={styles.label}>{props.label}</legend>
      {props.children}
      <Show
        when={props.error}
        fallback={<Show when={props.hint}>{(hint) => <p class={styles.hint}>{hint()}</p>}</Show>}
      >
        {(error) => (
          <p class={styles.error} role="alert">
            {error()}
          </p>
        )}
      </Show>
    </fieldset>
  )
}
