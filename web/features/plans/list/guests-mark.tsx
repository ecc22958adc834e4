import { For, Show, createMemo } from 'solid-js'
import type { PlanGuest } from '#shared/domain/plan-participant.ts'
import { keys } from '#sync/core/keys.ts'
import { useCallName } from '../../../state/call-name.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { AgentTile, Avatar } from '../../../ui/avatar.tsx'
import { planWords } from '../../../words/plan.ts'
import type { GuestsOfPlan } from '#sync/client/plans/guest-board.ts'
import styles from './guests-mark.module.css'

const most = 2

/** Who else has a plan open now: people round, agents square. */
export function GuestsMark(props: { readonly of: GuestsOfPlan | undefined }) {
  const data = useTeamData()
  const callName = useCallName()
  const workspace = useWorkspace()
  const others = createMemo(() =>
    (props.of?.guests ?? []).filter((guest) => !('userId' in guest) || guest.userId !== workspace.userId),
  )
  const nameOf = (guest: PlanGuest): string =>
    'userId' in guest ? callName(guest.userId) : data.harness(guest.harness).name
  const left = (): number => others().length - most + (props.of?.more ?? 0)
  return (
    <Show when={others().length > 0}>
      <span class={styles.guests} role="img" aria-label={planWords.here(others().map(nameOf))}>
        <For each={others().slice(0, most)}>
          {(guest) => (
            <span class={styles.guest} title={nameOf(guest)} data-agent={'userId' in guest ? undefined : ''}>
              {'userId' in guest ? (
                <Avatar
                  name={data.members.get(keys.member(guest.userId))?.name ?? nameOf(guest)}
                  hue={data.members.get(keys.member(guest.userId))?.hue ?? 1}
                  size="sm"
                  decorative
                />
              ) : (
                <AgentTile letters={data.harness(guest.harness).letters} size="sm" />
              )}
            </span>
          )}
        </For>
        <Show when={left() > 0}>
          <span class={styles.more}>+{left()}</span>
        </Show>
      </span>
    </Show>
  )
}
