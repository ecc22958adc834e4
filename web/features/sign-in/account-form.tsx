import { createSignal } from 'solid-js'
import { ProfileFields } from '../../ui/profile-fields.tsx'
import { authWords } from '../../words/auth.ts'
import { CredentialForm } from './credential-form.tsx'
import { redeemWithPasskey, redeemWithPassword } from './link-api.ts'

/** A new account from a link: name, email, a way in. */
export function AccountForm(props: {
  readonly kind: 'welcome' | 'invite'
  readonly token: string
  readonly passkeysWork: boolean
  readonly onDone: () => void
}) {
  const [name, setName] = createSignal('')
  const [email, setEmail] = createSignal('')
  const step = () => ({ kind: props.kind, token: props.token, name: name(), email: email() })
  return (
    <CredentialForm
      passkeysWork={props.passkeysWork}
      verb={authWords.createAccount}
      onPassword={(password) => redeemWithPassword(step(), password)}
      onPasskey={() => redeemWithPasskey(step())}
      onDone={() => props.onDone()}
    >
      <ProfileFields
        name={name()}
        email={email()}
        emailHint={authWords.emailHint}
        onName={setName}
        onEmail={setEmail}
      />
    </CredentialForm>
  )
}
