import { createSignal } from 'solid-js'
import { TextInput } from '../../ui/field.tsx'
import { authWords } from '../../words/auth.ts'
import { entryStyles } from './entry-card.tsx'

/** A password, hidden until asked otherwise. `kind` tells password managers what it is. */
export function PasswordInput(props: {
  readonly label: string
  readonly kind: 'current' | 'new'
  readonly value: string
  readonly onChange: (value: string) => void
  readonly error?: string | undefined
  readonly disabled?: boolean | undefined
}) {
  const [shown, setShown] = createSignal(false)
  return (
    <div class={entryStyles.passwordRow}>
      <TextInput
        label={props.label}
        type={shown() ? 'text' : 'password'}
        name="password"
        autocomplete={props.kind === 'new' ? 'new-password' : 'current-password'}
        autocapitalize="off"
        spellcheck={false}
        hint={props.kind === 'new' ? authWords.passwordHint : undefined}
        error={props.error}
        required
        disabled={props.disabled}
        value={props.value}
        onChange={(value) => props.onChange(value)}
      />
      <button
        type="button"
        class={entryStyles.reveal}
        aria-label={shown() ? authWords.hidePasswordLabel : authWords.showPasswordLabel}
        aria-pressed={shown()}
        onClick={() => setShown(!shown())}
      >
        {shown() ? authWords.hidePassword : authWords.showPassword}
      </button>
    </div>
  )
}
