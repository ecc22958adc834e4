import { createSignal } from 'solid-js'
import { authWords } from '../../words/auth.ts'
import { CredentialForm } from './credential-form.tsx'
import { EntryCard, entryStyles } from './entry-card.tsx'
import { lookAtLink, redeemWithPasskey, redeemWithPassword, type LinkView } from './link-api.ts'
import { LinkGate } from './link-gate.tsx'

/** A new password or passkey from the link of whoever runs the server. */
export function ResetForm(props: {
  readonly token: string
  readonly passkeysWork: boolean
  readonly onDone: () => void
}) {
  const [signOutOthers, setSignOutOthers] = createSignal(true)
  const step = () => ({ kind: 'reset' as const, token: props.token, signOutOthers: signOutOthers() })
  const email = (view: LinkView) => (view.kind === 'reset' ? view.person.email : '')
  return (
    <LinkGate token={props.token} look={(token) => lookAtLink('reset', token)} ended={authWords.resetEnded}>
      {(view) => (
        <EntryCard title={authWords.reset} text={authWords.resetText(email(view))}>
          <CredentialForm
            passkeysWork={props.passkeysWork}
            verb={authWords.resetSave}
            onPassword={(password) => redeemWithPassword(step(), password)}
            onPasskey={() => redeemWithPasskey(step())}
            onDone={() => props.onDone()}
          >
            <input type="hidden" name="username" autocomplete="username" value={email(view)} />
            <label class={entryStyles.check}>
              <input
                type="checkbox"
                checked={signOutOthers()}
                onChange={(event) => setSignOutOthers(event.currentTarget.checked)}
              />
              {authWords.signOutOthers}
            </label>
          </CredentialForm>
        </EntryCard>
      )}
    </LinkGate>
  )
}
