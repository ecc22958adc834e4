import { useLocation, useNavigate, useRouter, useSearch } from '@tanstack/solid-router'
import { CloudOff, Eye, MessageSquare } from 'lucide'
import { Show } from 'solid-js'
import { Run, displayState } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import type { GuestState } from '#sync/client/guest-link.ts'
import type { GuestRun } from '#sync/client/guest-workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { PaletteContext } from '../../../state/palette.ts'
import { useQuery } from '../../../state/query.ts'
import { RunSearch, entryOfHash } from '../../../state/run-search.ts'
import { TeamDataContext, createTeamData, type TeamData } from '../../../state/team-data.ts'
import { useTitle } from '../../../state/title.ts'
import { WorkspaceContext } from '../../../state/workspace.ts'
import { Banner } from '../../../ui/banner.tsx'
import { shareWords } from '../../../words/share.ts'
import { titleWithSign } from '../../../words/states.ts'
import { RunView } from '../run-view.tsx'
import { AskButton, SignInLink } from './guest-gate.tsx'
import styles from './guest-page.module.css'

const words = shareWords.page

type Props = {
  readonly runId: RunId
  readonly guest: GuestRun
  readonly state: Extract<GuestState, { type: 'open' }> | undefined
  /** Where to come back to after signing in. */
  readonly here: string
}

/** The run's own page over what the link opens. */
export function GuestRunView(props: Props) {
  // oxlint-disable-next-line solid/reactivity
  const { workspace } = props.guest
  return (
    <WorkspaceContext.Provider value={workspace}>
      <Inside {...props} />
    </WorkspaceContext.Provider>
  )
}

function Inside(props: Props) {
  // oxlint-disable-next-line solid/reactivity
  const { guest, runId } = props
  const known = createTeamData(guest.workspace)
  const team: TeamData = { ...known, harness: (id) => props.state?.agent ?? known.harness(id) }
  const run = useQuery(() => (tx) => getRow(tx, keys.run(runId), Run))
  const search = useSearch({ strict: false })
  const location = useLocation()
  const navigate = useNavigate()
  const router = useRouter()
  const changes = () => RunSearch.parse(search()).changes
  useTitle(() => {
    const known = run.value
    return known === undefined ? words.title : titleWithSign(known.title, displayState(known))
  })
  let openedHere = false
  const showChanges = (path: string | undefined): void => {
    if (path === undefined && openedHere) {
      openedHere = false
      router.history.back()
      return
    }
    const isOpen = changes() !== undefined
    if (path !== undefined && !isOpen) openedHere = true
    void navigate({
      to: location().pathname,
      search: path === undefined ? {} : { changes: path },
      hash: location().hash,
      replace: isOpen,
      hashScrollIntoView: false,
    })
  }
  return (
    <TeamDataContext.Provider value={team}>
      <PaletteContext.Provider value={() => undefined}>
        <Bar {...props} />
        <div class={styles.run}>
          <Show when={run.value}>
            {(known) => (
              <RunView
                run={known()}
                entry={entryOfHash(location().hash)}
                ask={undefined}
                turn={undefined}
                changes={changes()}
                onChanges={showChanges}
                link={(n) => new URL(`${props.here}${n === undefined ? '' : `#e-${n}`}`, window.location.href).href}
                guest={{ address: guest.address }}
              />
            )}
          </Show>
        </div>
      </PaletteContext.Provider>
    </TeamDataContext.Provider>
  )
}

/** Whose run it is, what can be done here, and whether it is followed. */
function Bar(props: Props) {
  const you = () => props.state?.you
  const steers = () => you()?.access === 'steer'
  const following = () => props.state?.following
  return (
    <>
      <Banner
        icon={steers() ? MessageSquare : Eye}
        actions={
          <Show when={!steers()}>
            <Show when={you()?.id} fallback={<SignInLink here={props.here} small />}>
              <AskButton
                label={words.askSteer}
                asked={you()?.asked === 'steer' ? 'steer' : undefined}
                onAsk={() => props.guest.ask('steer')}
                small
              />
            </Show>
          </Show>
        }
      >
        <b>{steers() ? words.steers : words.readOnly}</b> · {words.by(props.state?.sharedBy ?? '')}
        <Show when={following() === 'slow'}> · {words.slow}</Show>
      </Banner>
      <Show when={following() === 'offline'}>
        <Banner icon={CloudOff}>{steers() ? words.offlineSteer : words.offline}</Banner>
      </Show>
    </>
  )
}
