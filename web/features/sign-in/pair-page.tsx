import { Show, createSignal } from 'solid-js'
import { z } from 'zod'
import { Nothing, request } from '../../state/account-api.ts'
import { useTitle } from '../../state/title.ts'
import { Button } from '../../ui/button.tsx'
import { authWords } from '../../words/auth.ts'
import { useEnter } from './enter.ts'
import { EntryCard, Problem, entryStyles } from './entry-card.tsx'
import { tokenFromHash } from './link-api.ts'
import { LinkGate } from './link-gate.tsx'

const Offer = z.object({ name: z.string(), email: z.string(), server: z.string(), expiresAt: z.number() })

/** Opened on the phone: says whose account and which server, then signs this device in. */
export function PairPage() {
  useTitle(() => authWords.pair)
  const enter = useEnter()
  const [problem, setProblem] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  const [declined, setDeclined] = createSignal(false)

  const handleConfirm = async (token: string): Promise<void> => {
    setBusy(true)
    const done = await request(Nothing, 'POST', '/pairing/accept', { token })
    setBusy(false)
    if (done.ok) await enter()
    else setProblem(`${done.error.error} ${done.error.code === 'expired' ? authWords.pairEnded : ''}`)
  }

  return (
    <Show when={!declined()} fallback={<EntryCard title={authWords.pairDecline} text={authWords.pairDeclined} />}>
      <LinkGate
        token={tokenFromHash()}
        look={(token) => request(Offer, 'POST', '/pairing/look', { token })}
        ended={authWords.pairEnded}
      >
        {(offer, token) => (
          <EntryCard
            title={authWords.pair}
            text={
              <>
                <strong>{authWords.pairText(offer.name, offer.email)}</strong>
                <br />
                {authWords.pairServer(offer.server)}
              </>
            }
          >
            <p class={entryStyles.note}>{authWords.pairWarning}</p>
            <Problem text={problem()} />
            <div class={entryStyles.actions}>
              <Button size="touch" tone="ink" wide disabled={busy()} onClick={() => void handleConfirm(token)}>
                {authWords.pairConfirm}
              </Button>
              <Button size="touch" wide disabled={busy()} onClick={() => setDeclined(true)}>
                {authWords.pairDecline}
              </Button>
            </div>
          </EntryCard>
        )}
      </LinkGate>
    </Show>
  )
}
