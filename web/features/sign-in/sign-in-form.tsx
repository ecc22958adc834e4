import { Show, createSignal, onCleanup, onMount } from 'solid-js'
import { z } from 'zod'
import { err, type Result } from '#shared/result.ts'
import { Nothing, request, type ApiProblem } from '../../state/account-api.ts'
import { hasPasskeys, hasSuggestions, usePasskey } from '../../state/passkey.ts'
import { Button } from '../../ui/button.tsx'
import { TextInput } from '../../ui/field.tsx'
import { authWords, passkeyProblems } from '../../words/auth.ts'
import { Problem, entryStyles } from './entry-card.tsx'
import { PasswordInput } from './password-input.tsx'

/** Email and password, or a passkey: by its button, or picked from the suggestions of the email field. */
export function SignInForm(props: { readonly passkeysWork: boolean; readonly onDone: () => void }) {
  const [email, setEmail] = createSignal('')
  const [password, setPassword] = createSignal('')
  const [problem, setProblem] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  /** Browsers run one passkey dialog at a time: the quiet one ends before the asked one begins. */
  let suggesting = new AbortController()
  onCleanup(() => suggesting.abort())

  const finish = (done: Result<object, ApiProblem>): void => {
    if (done.ok) props.onDone()
    else setProblem(done.error.error)
  }

  onMount(() => {
    void (async () => {
      if (!(await hasSuggestions())) return
      const { signal } = suggesting
      const options = await readOptions()
      if (!options.ok || signal.aborted) return
      const picked = await usePasskey(options.value, { suggest: true, signal })
      if (picked.ok) finish(await verify(picked.value))
    })()
  })

  const handlePasskey = async (): Promise<void> => {
    suggesting.abort()
    suggesting = new AbortController()
    setProblem(undefined)
    setBusy(true)
    finish(await signInWithPasskey())
    setBusy(false)
  }

  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy()) return
    setProblem(undefined)
    setBusy(true)
    finish(await request(Nothing, 'POST', '/auth/sign-in', { email: email(), password: password() }))
    setBusy(false)
  }

  return (
    <form class={entryStyles.form} onSubmit={(event) => void handleSubmit(event)}>
      <TextInput
        label={authWords.email}
        name="email"
        type="email"
        inputMode="email"
        autocomplete="username webauthn"
        limit={200}
        required
        value={email()}
        onChange={setEmail}
      />
      <Show when={!props.passkeysWork}>
        <p class={entryStyles.note}>{authWords.noPasskeys}</p>
      </Show>
      <PasswordInput label={authWords.password} kind="current" value={password()} onChange={setPassword} />
      <Problem text={problem()} />
      <div class={entryStyles.actions}>
        <Button type="submit" size="lg" tone="ink" wide disabled={busy()}>
          {authWords.signIn}
        </Button>
        <Show when={props.passkeysWork && hasPasskeys()}>
          <p class={entryStyles.or}>{authWords.or}</p>
          <Button size="lg" wide disabled={busy()} onClick={() => void handlePasskey()}>
            {authWords.signInPasskey}
          </Button>
        </Show>
      </div>
    </form>
  )
}

const readOptions = () => request(z.looseObject({}), 'POST', '/auth/passkey/options', {})
const verify = (response: object) => request(Nothing, 'POST', '/auth/passkey/verify', { response })

async function signInWithPasskey(): Promise<Result<object, ApiProblem>> {
  const options = await readOptions()
  if (!options.ok) return options
  const used = await usePasskey(options.value)
  return used.ok ? await verify(used.value) : err({ code: 'invalid', error: passkeyProblems[used.error] })
}
