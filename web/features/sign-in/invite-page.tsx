import { Match, Switch, createResource, createSignal } from 'solid-js'
import { request } from '../../state/account-api.ts'
import { useSession } from '../../state/session.ts'
import { useTitle } from '../../state/title.ts'
import { Button } from '../../ui/button.tsx'
import { authWords } from '../../words/auth.ts'
import { z } from 'zod'
import { AccountForm } from './account-form.tsx'
import { useEnter } from './enter.ts'
import { EntryCard, Problem, entryStyles } from './entry-card.tsx'
import { lookAtLink, readAuthState, tokenFromHash, type LinkView } from './link-api.ts'
import { LinkGate, ToSignIn } from './link-gate.tsx'

const KEPT = 'drover.invitation'

/** An invitation: joins with the account that is signed in, or makes one. */
export function InvitePage() {
  useTitle(() => authWords.joining)
  const session = useSession()
  const enter = useEnter()
  const [state] = createResource(readAuthState)
  const passkeysWork = () => {
    const known = state()
    return known?.ok === true && known.value.passkeys
  }
  const me = () => {
    const known = session.state()
    return known.type === 'signed_in' && known.confirmed ? known.me.user : undefined
  }
  const handleDone = (): void => {
    sessionStorage.removeItem(KEPT)
    void enter()
  }
  return (
    <LinkGate token={invitationToken()} look={(token) => lookAtLink('invite', token)} ended={authWords.inviteEnded}>
      {(view, token) => (
        <EntryCard title={title(view)} text={text(view)}>
          <Switch
            fallback={
              <>
                <AccountForm kind="invite" token={token} passkeysWork={passkeysWork()} onDone={handleDone} />
                <ToSignIn words={authWords.haveAccount} next="/invite/team" />
              </>
            }
          >
            <Match when={me()}>
              {(user) => <Join token={token} name={user().name} email={user().email} onDone={handleDone} />}
            </Match>
          </Switch>
        </EntryCard>
      )}
    </LinkGate>
  )
}

function Join(props: {
  readonly token: string
  readonly name: string
  readonly email: string
  readonly onDone: () => void
}) {
  const [problem, setProblem] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  const handleJoin = async (): Promise<void> => {
    setBusy(true)
    const joined = await request(z.object({ teamId: z.string() }), 'POST', '/invitations/accept', {
      token: props.token,
    })
    setBusy(false)
    if (joined.ok) props.onDone()
    else setProblem(joined.error.error)
  }
  return (
    <div class={entryStyles.form}>
      <p class={entryStyles.note}>{authWords.signedInAs(props.email)}</p>
      <Problem text={problem()} />
      <Button size="lg" tone="ink" wide disabled={busy()} onClick={() => void handleJoin()}>
        {authWords.joinAs(props.name)}
      </Button>
    </div>
  )
}

/** Kept over the way to the sign-in page and back, in this tab only, so that it never stands in a query. */
function invitationToken(): string | undefined {
  const given = tokenFromHash()
  if (given !== undefined) sessionStorage.setItem(KEPT, given)
  return given ?? sessionStorage.getItem(KEPT) ?? undefined
}

const title = (view: LinkView): string =>
  view.kind === 'invite' ? authWords.invited(view.offer.teamName) : authWords.linkUnknown
const text = (view: LinkView): string =>
  view.kind === 'invite' ? authWords.invitedText(view.offer.invitedBy, view.offer.role) : ''
