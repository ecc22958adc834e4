import { useNavigate, useParams } from '@tanstack/solid-router'
import { Match, Show, Switch, createMemo, createSignal, onCleanup } from 'solid-js'
import { RunId } from '#shared/ids.ts'
import { openGuestRun, type GuestRun } from '#sync/client/guest-workspace.ts'
import type { GuestState } from '#sync/client/guest-link.ts'
import { Button } from '../../../ui/button.tsx'
import { Note } from '../../../ui/note.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { onceBack, tellNobody } from '../../../state/guest.ts'
import { usePlatform } from '../../../state/platform.ts'
import { useTitle } from '../../../state/title.ts'
import { shareWords } from '../../../words/share.ts'
import { GuestGate } from './guest-gate.tsx'
import { GuestRunView } from './guest-run-view.tsx'
import styles from './guest-page.module.css'

const words = shareWords.page

/** `/shared/<run>/<secret>`: a run for whoever was given its link. It needs no account, and nothing of it is kept here. */
export function GuestPage() {
  const params = useParams({ strict: false })
  const named = createMemo(() => {
    const runId = RunId.safeParse(params().runId).data
    const secret = params().secret
    return runId === undefined || secret === undefined ? undefined : { runId, secret }
  })
  useTitle(() => words.title)
  tellNobody()
  return (
    <main class={styles.page}>
      <Show when={named()} keyed fallback={<Note title={words.noneTitle} text={words.noneText} />}>
        {(link) => <Opened {...link} />}
      </Show>
    </main>
  )
}

function Opened(props: { readonly runId: RunId; readonly secret: string }) {
  const platform = usePlatform()
  const navigate = useNavigate()
  // One link for one page: the caller mounts anew when it changes.
  // oxlint-disable-next-line solid/reactivity
  const { runId, secret } = props
  const guest: GuestRun = openGuestRun({
    runId,
    secret,
    baseUrl: window.location.origin,
    fetch: (input, init) => fetch(input, init),
    now: platform.now,
  })
  const [state, setState] = createSignal<GuestState>({ type: 'loading' })
  onCleanup(guest.subscribe(setState))
  onCleanup(() => void guest.workspace.close())
  onCleanup(onceBack(guest.retry))
  const open = createMemo(() => {
    const now = state()
    return now.type === 'open' ? now : undefined
  })
  const gate = createMemo(() => {
    const now = state()
    return now.type === 'gate' ? now.gate : undefined
  })
  const trouble = createMemo(() => {
    const now = state()
    return now.type === 'trouble' ? (now.error ?? words.unreachable) : undefined
  })
  return (
    <Switch
      fallback={
        <div class={styles.wait}>
          <SkeletonRows waitsFor={words.loading} rows={6} />
        </div>
      }
    >
      {/* Anew for another person: what is drafted and shown is theirs. */}
      <Match when={open() && (open()?.you.id ?? 'nobody')} keyed>
        {(_who) => <GuestRunView runId={runId} guest={guest} state={open()} here={`/shared/${runId}/${secret}`} />}
      </Match>
      <Match when={gate()}>
        {(known) => (
          <GuestGate
            gate={known()}
            here={`/shared/${runId}/${secret}`}
            onAsk={() => guest.ask('view').then(guest.retry)}
            onTeam={() => navigate({ to: '/runs/$runId', params: { runId }, replace: true })}
          />
        )}
      </Match>
      <Match when={trouble()}>
        {(text) => (
          <Note title={words.troubleTitle} text={text()} alert>
            <Button size="lg" onClick={guest.retry}>
              {words.retry}
            </Button>
          </Note>
        )}
      </Match>
      <Match when={state().type === 'none'}>
        <Show when={wasOpen(state())} fallback={<Note title={words.noneTitle} text={words.noneText} />}>
          <Note title={words.endedTitle} text={words.endedText} alert />
        </Show>
      </Match>
    </Switch>
  )
}

const wasOpen = (state: GuestState): boolean => state.type === 'none' && state.before
