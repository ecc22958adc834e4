import { useNavigate, useParams } from '@tanstack/solid-router'
import { Match, Show, Switch, createEffect, createMemo, createSignal, onCleanup } from 'solid-js'
import { PlanId } from '#shared/ids.ts'
import type { SharedPlanGate } from '#shared/protocol/shared-plan.ts'
import { openGuestPlan, type GuestPlanLink, type GuestPlanState } from '#sync/client/guest-plan.ts'
import { useChooseTeam } from '../../../state/choose-team.ts'
import { useDeviceStore } from '../../../state/device-store.ts'
import { createGuestComments } from '../../../state/guest-comments.ts'
import { onceBack, tellNobody } from '../../../state/guest.ts'
import { useIds, usePlatform } from '../../../state/platform.ts'
import { useTitle } from '../../../state/title.ts'
import { Button } from '../../../ui/button.tsx'
import { Note } from '../../../ui/note.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { planShareWords } from '../../../words/plan-share.ts'
import { GuestPlanView } from './guest-plan-view.tsx'
import styles from './guest-plan.module.css'

const words = planShareWords.page

/** `/shared-plan/<plan>/<secret>`: a plan for whoever was given its link. It needs no account; of the plan nothing is kept here. */
export function GuestPlanPage() {
  const params = useParams({ strict: false })
  const named = createMemo(() => {
    const planId = PlanId.safeParse(params().planId).data
    const secret = params().secret
    return planId === undefined || secret === undefined ? undefined : { planId, secret }
  })
  useTitle(() => words.title)
  tellNobody()
  return (
    <main class={styles.page} data-shared-plan="">
      <Show when={named()} keyed fallback={<Note title={words.noneTitle} text={words.noneText} />}>
        {(link) => <Opened {...link} />}
      </Show>
    </main>
  )
}

function Opened(props: { readonly planId: PlanId; readonly secret: string }) {
  const platform = usePlatform()
  const ids = useIds()
  const navigate = useNavigate()
  // One link for one page: the caller mounts anew when it changes.
  // oxlint-disable-next-line solid/reactivity
  const { planId, secret } = props
  // Each needs the other: what a guest wrote goes by the link, and the link says whose it is.
  let link: GuestPlanLink | undefined
  const guest = createGuestComments({
    planId,
    store: useDeviceStore(),
    send: (...request) => (link === undefined ? Promise.reject(new Error('not open')) : link.send(...request)),
    onSent: () => link?.refresh(),
    newId: ids.planCommentId,
    newToken: ids.shareSecret,
    now: platform.now,
  })
  const opened = openGuestPlan({
    planId,
    secret,
    baseUrl: window.location.origin,
    fetch: (input, init) => fetch(input, init),
    token: guest.token,
  })
  link = opened
  const [state, setState] = createSignal<GuestPlanState>({ type: 'loading' })
  onCleanup(opened.subscribe(setState))
  onCleanup(opened.close)
  onCleanup(
    onceBack(() => {
      opened.retry()
      guest.flush()
    }),
  )
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
  const wasOpen = (): boolean => {
    const now = state()
    return now.type === 'none' && now.before
  }
  return (
    <Switch
      fallback={
        <div class={styles.wait}>
          <SkeletonRows waitsFor={words.loading} rows={6} />
        </div>
      }
    >
      <Match when={open()}>
        {(known) => (
          <GuestPlanView
            planId={planId}
            plan={known().plan}
            following={known().following}
            guest={guest}
            pictureAddress={(hash) => `/api/v1/shared-plan/${planId}/${encodeURIComponent(secret)}/images/${hash}`}
          />
        )}
      </Match>
      <Match when={gate()}>
        {(known) => (
          <TeamsOwn
            gate={known()}
            onTeam={() => navigate({ to: '/plans/$planId', params: { planId }, replace: true })}
          />
        )}
      </Match>
      <Match when={trouble()}>
        {(text) => (
          <Note title={words.troubleTitle} text={text()} alert>
            <Button size="lg" onClick={opened.retry}>
              {words.retry}
            </Button>
          </Note>
        )}
      </Match>
      <Match when={state().type === 'none'}>
        <Show when={wasOpen()} fallback={<Note title={words.noneTitle} text={words.noneText} />}>
          <Note title={words.endedTitle} text={words.endedText} alert />
        </Show>
      </Match>
    </Switch>
  )
}

/** Whoever is in the plan's team has the whole app for it. */
function TeamsOwn(props: { readonly gate: SharedPlanGate; readonly onTeam: () => Promise<void> }) {
  const choose = useChooseTeam()
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  createEffect(() => {
    if (props.gate.chosen) void props.onTeam()
  })
  const open = async (): Promise<void> => {
    setBusy(true)
    const { gate, onTeam } = props
    const why = await choose(gate.teamId)
    if (why === undefined) await onTeam()
    else setProblem(why)
    setBusy(false)
  }
  return (
    <Show when={!props.gate.chosen}>
      <Note title={words.memberTitle} text={words.memberText}>
        <Button size="lg" tone="ink" disabled={busy()} onClick={() => void open()}>
          {words.openInTeam}
        </Button>
        <Problem text={problem()} />
      </Note>
    </Show>
  )
}
