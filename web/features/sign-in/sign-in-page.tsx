import { useNavigate, useSearch } from '@tanstack/solid-router'
import { Match, Show, Switch, createEffect, createResource } from 'solid-js'
import { useSession } from '../../state/session.ts'
import { useTitle } from '../../state/title.ts'
import { authWords } from '../../words/auth.ts'
import { useEnter } from './enter.ts'
import { EntryCard, entryStyles } from './entry-card.tsx'
import { readAuthState, tokenFromHash } from './link-api.ts'
import { ResetForm } from './reset-form.tsx'
import { SignInForm } from './sign-in-form.tsx'

/** Signing in; with `#reset=…` choosing a new password or passkey. */
export function SignInPage() {
  useTitle(() => authWords.signIn)
  const search = useSearch({ strict: false })
  const session = useSession()
  const enter = useEnter()
  const navigate = useNavigate()
  const reset = tokenFromHash('reset')
  const [answer] = createResource(readAuthState)
  const state = () => {
    const known = answer()
    return known?.ok === true ? known.value : undefined
  }
  const next = () => search().next ?? '/runs'

  // Somebody who is signed in already goes on at once; who signs in here is brought on by the form.
  let left = false
  createEffect(() => {
    const known = session.state()
    if (left || reset !== undefined || known.type !== 'signed_in' || !known.confirmed) return
    left = true
    void navigate({ to: next(), replace: true })
  })
  const handleDone = (): void => {
    left = true
    void enter(next())
  }

  return (
    <Switch
      fallback={
        <EntryCard title={authWords.signIn} text={authWords.signInText(state()?.server ?? window.location.host)}>
          <SignInForm passkeysWork={state()?.passkeys ?? true} onDone={handleDone} />
          <p class={entryStyles.note}>
            {authWords.lockedOut}
            <code>{authWords.lockedOutCommand}</code>
          </p>
        </EntryCard>
      }
    >
      <Match when={reset}>
        {(token) => (
          <Show when={token()} keyed>
            {(given) => (
              <ResetForm token={given} passkeysWork={state()?.passkeys ?? false} onDone={() => void enter()} />
            )}
          </Show>
        )}
      </Match>
      <Match when={state()?.firstStart}>
        <EntryCard title={authWords.welcome} text={authWords.firstStart}>
          <p class={entryStyles.note}>{authWords.firstStartLost}</p>
        </EntryCard>
      </Match>
    </Switch>
  )
}
