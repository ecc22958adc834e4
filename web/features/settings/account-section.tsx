import { Show, createSignal } from 'solid-js'
import { Nothing, request } from '../../state/account-api.ts'
import { useSession } from '../../state/session.ts'
import { useSignOut } from '../../state/sign-out.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { ProfileFields } from '../../ui/profile-fields.tsx'
import { accountWords, settingsWords } from '../../words/settings.ts'
import { GitIdentitySection } from './git-identity.tsx'
import { PasskeyList } from './passkey-list.tsx'
import { PasswordForm } from './password-form.tsx'
import { Problem, RemoteView, Saved, Section, useAction, useRemote } from './section.tsx'
import styles from './settings.module.css'
import { WaysIn } from './ways-in.ts'

export function AccountSection() {
  const ways = useRemote(WaysIn, () => '/me/ways-in')
  return (
    <>
      <Profile />
      <GitIdentitySection />
      <RemoteView of={ways}>
        {(known) => (
          <>
            <PasswordForm hasPassword={known().password} fresh={known().fresh} onChanged={() => void ways.reload()} />
            <PasskeyList ways={known()} onChanged={() => void ways.reload()} />
          </>
        )}
      </RemoteView>
      <SignOut />
    </>
  )
}

function Profile() {
  const session = useSession()
  const user = () => {
    const known = session.state()
    return known.type === 'signed_in' ? known.me.user : undefined
  }
  const [typedName, setName] = createSignal<string>()
  const [typedEmail, setEmail] = createSignal<string>()
  const [saved, setSaved] = createSignal(false)
  const name = () => typedName() ?? user()?.name ?? ''
  const email = () => typedEmail() ?? user()?.email ?? ''
  const changed = () => name() !== user()?.name || email() !== user()?.email
  const action = useAction()

  const handleSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const done = await action.run(request(Nothing, 'PATCH', '/me', { name: name(), email: email() }))
    if (done === undefined) return
    await session.refresh()
    setName(undefined)
    setEmail(undefined)
    setSaved(true)
  }

  return (
    <Section title={accountWords.profile} text={accountWords.profileText}>
      <form class={styles.form} onSubmit={(event) => void handleSubmit(event)} onInput={() => setSaved(false)}>
        <ProfileFields name={name()} email={email()} onName={setName} onEmail={setEmail} />
        <Problem text={action.problem()} />
        <div class={styles.actions}>
          <Button type="submit" size="lg" tone="ink" disabled={!changed() || action.busy()}>
            {settingsWords.save}
          </Button>
          <Saved text={saved() ? settingsWords.saved : undefined} />
        </div>
      </form>
    </Section>
  )
}

function SignOut() {
  const signOut = useSignOut()
  const [asking, setAsking] = createSignal(false)
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const handleSignOut = async (): Promise<void> => {
    setBusy(true)
    setProblem(await signOut())
    setBusy(false)
  }
  return (
    <Section title={accountWords.thisSession}>
      <div class={styles.actions}>
        <Button size="lg" disabled={busy()} onClick={() => setAsking(true)}>
          {accountWords.signOut}
        </Button>
      </div>
      <Problem text={problem()} />
      <Show when={asking()}>
        <ConfirmDialog
          open
          onOpenChange={setAsking}
          title={accountWords.signOutTitle}
          description={accountWords.signOutText}
          confirm={accountWords.signOut}
          onConfirm={() => void handleSignOut()}
        />
      </Show>
    </Section>
  )
}
