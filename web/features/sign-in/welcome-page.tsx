import { createResource } from 'solid-js'
import { useTitle } from '../../state/title.ts'
import { authWords } from '../../words/auth.ts'
import { AccountForm } from './account-form.tsx'
import { useEnter } from './enter.ts'
import { EntryCard } from './entry-card.tsx'
import { lookAtLink, readAuthState, tokenFromHash } from './link-api.ts'
import { LinkGate } from './link-gate.tsx'

/** The first start: makes the account that owns the server. */
export function WelcomePage() {
  useTitle(() => authWords.welcome)
  const enter = useEnter()
  const [state] = createResource(readAuthState)
  const passkeysWork = () => {
    const known = state()
    return known?.ok === true && known.value.passkeys
  }
  return (
    <LinkGate token={tokenFromHash()} look={(token) => lookAtLink('welcome', token)} ended={authWords.welcomeEnded}>
      {(_view, token) => (
        <EntryCard title={authWords.welcome} text={authWords.welcomeText}>
          <AccountForm kind="welcome" token={token} passkeysWork={passkeysWork()} onDone={() => void enter()} />
        </EntryCard>
      )}
    </LinkGate>
  )
}
