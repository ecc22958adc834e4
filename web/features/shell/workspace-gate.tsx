import { Navigate, Outlet, useLocation } from '@tanstack/solid-router'
import { Match, Show, Switch, createEffect, createMemo, createResource, onCleanup } from 'solid-js'
import type { Workspace } from '#sync/client/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useDeviceStore } from '../../state/device-store.ts'
import { withFreshness } from '../../state/freshness.ts'
import { useOpenWorkspace } from '../../state/open-workspace.ts'
import { whenIdle } from '../../state/platform.ts'
import { keepPush, usePushDevice } from '../../state/push.ts'
import { useSession, type Me } from '../../state/session.ts'
import { useStatus } from '../../state/sync-status.ts'
import { TeamDataContext, createTeamData } from '../../state/team-data.ts'
import { WorkspaceContext } from '../../state/workspace.ts'
import { shellWords } from '../../words/shell.ts'
import type { MailboxPart } from './bell.tsx'
import { PageError } from './page-states.tsx'
import { Shell } from './shell.tsx'
import styles from './page-states.module.css'

/**
 * Lets in whoever is signed in, or was on this device when the server can't be asked. `mailbox`: the inbox as a panel over every
 * page, a feature of its own.
 */
export function WorkspaceGate(props: { readonly mailbox: MailboxPart }) {
  const session = useSession()
  const location = useLocation()
  const me = () => {
    const state = session.state()
    return state.type === 'signed_in' ? state.me : undefined
  }
  return (
    <Switch>
      <Match when={session.state().type === 'opening'}>
        <div class={styles.page}>
          <SkeletonRows waitsFor={shellWords.openingSession} />
        </div>
      </Match>
      <Match when={session.state().type === 'signed_out'}>
        <Navigate to="/sign-in" search={{ next: location().href }} replace />
      </Match>
      <Match when={session.state().type === 'unreachable'}>
        <main class={styles.page}>
          <ErrorState page title={shellWords.unreachable} text={shellWords.unreachableTodo}>
            <Button size="lg" onClick={() => void session.refresh()}>
              {shellWords.tryAgain}
            </Button>
          </ErrorState>
        </main>
      </Match>
      <Match when={me()}>
        {(known) => (
          <Show when={`${known().user.id} ${known().team.id}`} keyed>
            <OpenWorkspace me={known()} mailbox={props.mailbox} />
          </Show>
        )}
      </Match>
    </Switch>
  )
}

function OpenWorkspace(props: { readonly me: Me; readonly mailbox: MailboxPart }) {
  const open = useOpenWorkspace()
  const store = useDeviceStore()
  // One workspace for one person and team: the caller mounts anew when either changes.
  // oxlint-disable-next-line solid/reactivity
  const opening = open(props.me).then((workspace) => withFreshness(workspace, store))
  const [workspace] = createResource(() => opening)
  onCleanup(() => {
    opening.then((opened) => opened.close()).catch(() => undefined)
  })
  return (
    <Switch
      fallback={
        <div class={styles.page}>
          <SkeletonRows waitsFor={shellWords.opening} />
        </div>
      }
    >
      <Match when={workspace.state === 'errored'}>
        <PageError error={workspace.error} reset={() => window.location.reload()} />
      </Match>
      <Match when={workspace.state === 'ready' && workspace()}>
        {(opened) => (
          <WorkspaceContext.Provider value={opened()}>
            <Inside workspace={opened()} mailbox={props.mailbox} />
          </WorkspaceContext.Provider>
        )}
      </Match>
    </Switch>
  )
}

function Inside(props: { readonly workspace: Workspace; readonly mailbox: MailboxPart }) {
  // oxlint-disable-next-line solid/reactivity
  const { workspace } = props
  const data = createTeamData(workspace)
  const session = useSession()
  const status = useStatus()
  const problem = createMemo(() => status().problem)
  // Whoever may no longer read this team is asked who they are now: the answer opens the team that is left to them.
  createEffect(() => {
    if (problem() === 'left') void session.refresh()
  })
  const push = usePushDevice()
  const store = useDeviceStore()
  // A press on a notification is about something that this device may not have yet.
  onCleanup(push.onOpen(() => void workspace.refresh()))
  whenIdle(() => void keepPush(push, store))
  return (
    <TeamDataContext.Provider value={data}>
      <Shell mailbox={props.mailbox}>
        <Outlet />
      </Shell>
    </TeamDataContext.Provider>
  )
}
