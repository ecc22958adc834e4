import { Show, createSignal, type JSX } from 'solid-js'
import { MIN_PASSWORD } from '#shared/domain/password.ts'
import type { Result } from '#shared/result.ts'
import type { ApiProblem } from '../../state/account-api.ts'
import { hasPasskeys } from '../../state/passkey.ts'
import { Button } from '../../ui/button.tsx'
import { authWords } from '../../words/auth.ts'
import { Problem, entryStyles } from './entry-card.tsx'
import { PasswordInput } from './password-input.tsx'

/**
 * The choice of a way in: a passkey where the browser and the address allow it, else or if wanted a password. What was typed stays
 * whatever happens.
 */
export function CredentialForm(props: {
  readonly passkeysWork: boolean
  /** The verb of the password's button. */
  readonly verb: string
  /** What stands above the choice: name and email. */
  readonly children?: JSX.Element
  readonly onPassword: (password: string) => Promise<Result<object, ApiProblem>>
  readonly onPasskey: () => Promise<Result<object, ApiProblem>>
  readonly onDone: () => void
}) {
  const passkeys = () => props.passkeysWork && hasPasskeys()
  const [wantsPassword, setWantsPassword] = createSignal(false)
  const byPassword = () => wantsPassword() || !passkeys()
  const [password, setPassword] = createSignal('')
  const [problem, setProblem] = createSignal<string>()
  const [short, setShort] = createSignal(false)
  const [busy, setBusy] = createSignal(false)
  let form: HTMLFormElement | undefined

  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy()) return
    setProblem(undefined)
    setShort(byPassword() && [...password()].length < MIN_PASSWORD)
    if (short()) {
      form?.querySelector<HTMLInputElement>('[name="password"]')?.focus()
      return
    }
    setBusy(true)
    const done = byPassword() ? await props.onPassword(password()) : await props.onPasskey()
    setBusy(false)
    if (done.ok) props.onDone()
    else setProblem(done.error.error)
  }

  const switchWay = (): void => {
    setProblem(undefined)
    setWantsPassword(!wantsPassword())
    if (wantsPassword()) queueMicrotask(() => form?.querySelector<HTMLInputElement>('[name="password"]')?.focus())
  }

  return (
    <form ref={form} class={entryStyles.form} onSubmit={(event) => void handleSubmit(event)}>
      {props.children}
      <Show when={byPassword()}>
        <PasswordInput
          label={authWords.newPassword}
          kind="new"
          value={password()}
          error={short() ? authWords.passwordHint : undefined}
          onChange={(value) => {
            setPassword(value)
            if ([...value].length >= MIN_PASSWORD) setShort(false)
          }}
        />
      </Show>
      <Problem text={problem()} />
      <div class={entryStyles.actions}>
        <Button type="submit" size="lg" tone="ink" wide disabled={busy()}>
          {byPassword() ? props.verb : authWords.withPasskey}
        </Button>
        <Show when={passkeys()} fallback={<p class={entryStyles.note}>{authWords.noPasskeys}</p>}>
          <Show when={!wantsPassword()}>
            <p class={entryStyles.note}>{authWords.passkeyHint}</p>
          </Show>
          <Button size="lg" tone="ghost" wide disabled={busy()} onClick={switchWay}>
            {wantsPassword() ? authWords.withPasskeyInstead : authWords.withPasswordInstead}
          </Button>
        </Show>
      </div>
    </form>
  )
}
