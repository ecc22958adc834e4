import { For, Show, createMemo } from 'solid-js'
import type { PlanParticipant } from '#shared/domain/plan-participant.ts'
import { keys } from '#sync/core/keys.ts'
import { useCallName } from '../../../state/call-name.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { AgentTile, Avatar } from '../../../ui/avatar.tsx'
import { planWords } from '../../../words/plan.ts'
import type { ParticipantsOfPlan } from '#sync/client/plans/participant-board.ts'
import styles from './participants-mark.module.css'

const most = 2

/** Who else has a plan open now: people round, agents square. */
export function ParticipantsMark(props: { readonly of: ParticipantsOfPlan | undefined }) {
  const data = useTeamData()
  const callName = useCallName()
  const workspace = useWorkspace()
  const others = createMemo(() =>
    (props.of?.participants ?? []).filter(
      (participant) => !('userId' in participant) || participant.userId !== workspace.userId,
    ),
  )
  const nameOf = (participant: PlanParticipant): string =>
    'userId' in participant ? callName(participant.userId) : data.harness(participant.harness).name
  const left = (): number => others().length - most + (props.of?.more ?? 0)
  return (
    <Show when={others().length > 0}>
      <span class={styles.participants} role="img" aria-label={planWords.here(others().map(nameOf))}>
        <For each={others().slice(0, most)}>
          {(participant) => (
            <span
              class={styles.participant}
              title={nameOf(participant)}
              data-agent={'userId' in participant ? undefined : ''}
            >
              {'userId' in participant ? (
                <Avatar
                  name={data.members.get(keys.member(participant.userId))?.name ?? nameOf(participant)}
                  hue={data.members.get(keys.member(participant.userId))?.hue ?? 1}
                  size="sm"
                  decorative
                />
              ) : (
                <AgentTile letters={data.harness(participant.harness).letters} size="sm" />
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
