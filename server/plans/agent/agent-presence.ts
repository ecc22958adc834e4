import type { HarnessId } from '#shared/domain/harness.ts'
import { hasEnded, Run } from '#shared/domain/run.ts'
import type { RunId, TeamId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { Hub } from '#sync/server/hub.ts'
import { gone } from '#sync/server/plan/awareness-entry.ts'
import type { PlanBoard } from '#sync/server/plan/plan-board.ts'
import { keyOf } from '#sync/server/plan/plan-rooms.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import type { AgentCaret } from './agent-caret.ts'

/** How an agent is shown: what its runner calls it, and the two letters of its tile. */
export type ShownAgent = {
  readonly runId: RunId
  readonly harness: HarnessId
  readonly name: string
  readonly letters: string
}

/** Agents among those who are in a plan: from a call of their tools on, and for a while after it. */
export type AgentPresence = {
  /** It has just used a tool on the plan. `caret`: where it wrote; it stays where it was without one. */
  seen(agent: ShownAgent, plan: PlanRef, caret?: AgentCaret): void
  close(): void
}

export type AgentPresenceDeps = {
  readonly board: Pick<PlanBoard, 'say'>
  readonly hub: Pick<Hub, 'subscribe'>
  /** A client of Yjs that nobody else is: below 2 ** 32. */
  readonly newClient: () => number
  /** How long it is there after its last call. */
  readonly staysMs: number
}

type Present = {
  readonly plan: PlanRef
  readonly runId: RunId
  readonly client: number
  clock: number
  caret: AgentCaret | undefined
  leaving: ReturnType<typeof setTimeout> | undefined
}

/** The one that called longest ago goes first. */
const maxPresent = 1_000
/** For editors that know no agents. */
const colour = '#57534e'

export function createAgentPresence({ board, hub, newClient, staysMs }: AgentPresenceDeps): AgentPresence {
  const present = new Map<string, Present>()
  const teams = new Map<TeamId, () => void>()

  /** Hears of runs that end, while an agent of the team is in a plan. */
  function follow(teamId: TeamId): void {
    if (teams.has(teamId)) return
    const unsubscribe = hub.subscribe(teamSpace(teamId), {
      onChange({ patch }) {
        const rows = new Map(patch)
        for (const [key, { plan, runId }] of present) {
          if (plan.teamId !== teamId || !rows.has(keys.run(runId))) continue
          const run = Run.safeParse(rows.get(keys.run(runId)))
          if (!run.success || hasEnded(run.data.state)) leave(key)
        }
      },
      // What was missed ends by time.
      onGap: () => undefined,
    })
    teams.set(teamId, unsubscribe)
  }

  function leave(key: string): void {
    const one = present.get(key)
    if (one === undefined) return
    clearTimeout(one.leaving)
    present.delete(key)
    const { teamId } = one.plan
    board.say('agent', one.plan, [{ client: one.client, clock: one.clock, json: gone }])
    if ([...present.values()].some(({ plan }) => plan.teamId === teamId)) return
    teams.get(teamId)?.()
    teams.delete(teamId)
  }

  return {
    seen({ runId, harness, name, letters }, plan, caret) {
      const key = `${keyOf(plan)}/${runId}`
      const known = present.get(key)
      const one = known ?? { plan, runId, client: newClient(), clock: 0, caret: undefined, leaving: undefined }
      clearTimeout(one.leaving)
      one.clock++
      one.caret = caret ?? one.caret
      one.leaving = setTimeout(() => leave(key), staysMs)
      // The newest stand last.
      present.delete(key)
      present.set(key, one)
      follow(plan.teamId)
      const state = {
        user: { runId, harness, name, letters, color: colour },
        ...(one.caret === undefined ? {} : { cursor: one.caret }),
      }
      board.say('agent', plan, [{ client: one.client, clock: one.clock, json: JSON.stringify(state) }])
      const [oldest] = present.keys()
      if (present.size > maxPresent && oldest !== undefined) leave(oldest)
    },
    close() {
      for (const key of [...present.keys()]) leave(key)
    },
  }
}
