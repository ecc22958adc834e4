import { useLocation, useNavigate } from '@tanstack/solid-router'
import { CircleArrowUp, Info, MonitorDown } from 'lucide'
import { Match, Show, Switch, createSignal } from 'solid-js'
import type { SyncStatus } from '#sync/client/workspace.ts'
import { useInstall } from '../../state/install.ts'
import { useStorageFull } from '../../state/storage.ts'
import { useSession } from '../../state/session.ts'
import { useUpdates } from '../../state/update.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { installWords, shellWords } from '../../words/shell.ts'

/** What concerns the whole app: it must be reloaded, may be reloaded, or can't send. Nothing happens by itself. */
export function Notices(props: { readonly status: SyncStatus }) {
  const updates = useUpdates()
  const session = useSession()
  const install = useInstall()
  const navigate = useNavigate()
  const location = useLocation()
  const full = useStorageFull()
  const [put, setPut] = createSignal(false)
  return (
    <Switch>
      <Match when={props.status.problem === 'reload'}>
        <Banner
          icon={CircleArrowUp}
          actions={
            <Button size="sm" tone="ink" onClick={() => updates.apply()}>
              {shellWords.reload}
            </Button>
          }
        >
          {shellWords.mustReload}
        </Banner>
      </Match>
      <Match when={props.status.problem === 'signed_out'}>
        <Banner
          icon={Info}
          actions={
            <Button
              size="sm"
              tone="ink"
              onClick={() => void navigate({ to: '/sign-in', search: { next: location().href } })}
            >
              {shellWords.signIn}
            </Button>
          }
        >
          {shellWords.signedOut}
        </Banner>
      </Match>
      <Match when={session.cleared() && session.state().type === 'signed_in'}>
        <Banner
          icon={Info}
          actions={
            <Button size="sm" tone="ghost" onClick={() => session.forgetCleared()}>
              {shellWords.dismiss}
            </Button>
          }
        >
          {shellWords.cleared}
        </Banner>
      </Match>
      <Match when={session.left().length > 0}>
        <Banner
          icon={Info}
          actions={
            <Button size="sm" tone="ghost" onClick={() => session.forgetLeft()}>
              {shellWords.dismiss}
            </Button>
          }
        >
          {shellWords.leftTeam(
            session
              .left()
              .map((team) => team.name)
              .join(', '),
          )}
        </Banner>
      </Match>
      <Match when={full()}>
        <Banner
          icon={Info}
          actions={
            <Button
              size="sm"
              onClick={() => void navigate({ to: '/settings/$section', params: { section: 'device' } })}
            >
              {shellWords.makeRoom}
            </Button>
          }
        >
          {shellWords.full}
        </Banner>
      </Match>
      <Match when={props.status.problem === 'left'}>
        <Banner icon={Info}>{shellWords.left}</Banner>
      </Match>
      <Match when={props.status.problem === 'stranger'}>
        <Banner icon={Info}>{shellWords.stranger}</Banner>
      </Match>
      <Match when={props.status.problem === 'server'}>
        <Banner icon={Info}>{shellWords.serverFails}</Banner>
      </Match>
      <Match when={updates.ready() && !put()}>
        <Banner
          icon={CircleArrowUp}
          actions={
            <>
              <Button size="sm" tone="ghost" onClick={() => setPut(true)}>
                {shellWords.later}
              </Button>
              <Button size="sm" onClick={() => updates.apply()}>
                {shellWords.reload}
              </Button>
            </>
          }
        >
          {shellWords.updateReady}
        </Banner>
      </Match>
      <Match when={install.offers()}>
        <Banner
          icon={MonitorDown}
          actions={
            <>
              <Button size="sm" tone="ghost" onClick={() => install.putAway()}>
                {installWords.never}
              </Button>
              <Show when={install.state() === 'ready'}>
                <Button size="sm" onClick={() => void install.ask()}>
                  {installWords.install}
                </Button>
              </Show>
            </>
          }
        >
          {install.state() === 'ready' ? installWords.offer : installWords.offerByHand}
        </Banner>
      </Match>
    </Switch>
  )
}
