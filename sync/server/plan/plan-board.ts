import type { PlanParticipant } from '#shared/domain/plan-participant.ts'
import type { PlanId, TeamId } from '#shared/ids.ts'
import { roomBounds } from '#shared/protocol/plan-room.ts'
import { gone, participantOf, type AwarenessEntry } from './awareness-entry.ts'
import type { PlanRef } from './plan-store.ts'

/** Who says it: connections of a room of this process, an agent that calls it, or another process, by its name. */
export type BoardSource = 'room' | 'agent' | `process ${string}`

/** Who is in each plan of a team, each once; a plan in which nobody is any more has an empty list. */
export type PlanParticipants = ReadonlyMap<PlanId, readonly PlanParticipant[]>

/** Who is in which plan, over all processes as far as this one has heard, in memory. */
export type PlanBoard = {
  say(source: BoardSource, plan: PlanRef, entries: readonly AwarenessEntry[]): void
  /** Those who have no connection to a room of this process. */
  elsewhere(plan: PlanRef): readonly AwarenessEntry[]
  /** Everything that this process says. */
  own(): readonly (readonly [PlanRef, AwarenessEntry])[]
  /** Hears what rooms and agents of this process say. */
  onOwn(listener: (plan: PlanRef, entries: readonly AwarenessEntry[]) => void): void
  /** Hears what rooms of this process must be told. */
  onElsewhere(listener: (plan: PlanRef, entries: readonly AwarenessEntry[]) => void): void
  /** Calls back at once with all plans in which somebody is, and then with those that changed. Returns the unsubscriber. */
  watch(teamId: TeamId, listener: (participants: PlanParticipants, isWhole: boolean) => void): () => void
  /** Now and then: forgets who was in rooms of a process that says nothing any more. */
  sweep(): void
  close(): void
}

type Said = AwarenessEntry & {
  readonly source: BoardSource
  readonly participant: PlanParticipant
  readonly at: number
}
type PlanEntries = { readonly plan: PlanRef; readonly said: Map<number, Said> }

/** Devices say every 15 s that they are there. */
const silentMs = 45_000
/** Who comes and goes is told together. */
const tellMs = 300
const maxClients = 2 * roomBounds.connections
const maxPlans = 5_000

export function createPlanBoard(deps: { readonly now: () => number }): PlanBoard {
  const teams = new Map<TeamId, Map<PlanId, PlanEntries>>()
  const watchers = new Map<TeamId, Set<(participants: PlanParticipants, isWhole: boolean) => void>>()
  const changed = new Map<TeamId, Set<PlanId>>()
  let onOwn: (plan: PlanRef, entries: readonly AwarenessEntry[]) => void = () => undefined
  let onElsewhere = onOwn
  let timer: ReturnType<typeof setTimeout> | undefined
  let plans = 0

  function entriesOf(plan: PlanRef): PlanEntries | undefined {
    const team = teams.get(plan.teamId) ?? new Map<PlanId, PlanEntries>()
    const known = team.get(plan.planId)
    if (known !== undefined) return known
    if (plans >= maxPlans) return undefined
    const fresh = { plan, said: new Map<number, Said>() }
    teams.set(plan.teamId, team.set(plan.planId, fresh))
    plans++
    return fresh
  }

  function forgetEmpty({ plan, said }: PlanEntries): void {
    const team = teams.get(plan.teamId)
    if (said.size > 0 || team?.delete(plan.planId) !== true) return
    plans--
    if (team.size === 0) teams.delete(plan.teamId)
  }

  /** What of it is news. */
  function take(source: BoardSource, { plan, said }: PlanEntries, entry: AwarenessEntry): boolean {
    const there = said.get(entry.client)
    if (entry.json === gone) {
      if (there?.source !== source) return false
      said.delete(entry.client)
      note(plan)
      return true
    }
    if (there !== undefined && there.source !== source && entry.clock < there.clock) return false
    if (there === undefined && said.size >= maxClients) return false
    const participant = there?.source === source ? there.participant : participantOf(entry.json)
    if (participant === undefined) return false
    said.set(entry.client, { ...entry, source, participant, at: deps.now() })
    if (there === undefined) note(plan)
    return true
  }

  function note({ teamId, planId }: PlanRef): void {
    if (!watchers.has(teamId)) return
    changed.set(teamId, (changed.get(teamId) ?? new Set()).add(planId))
    timer ??= setTimeout(tell, tellMs)
  }

  function tell(): void {
    timer = undefined
    const now = [...changed]
    changed.clear()
    for (const [teamId, planIds] of now) {
      const participants = new Map([...planIds].map((planId) => [planId, participantsOf(teamId, planId)]))
      for (const listener of watchers.get(teamId) ?? []) listener(participants, false)
    }
  }

  function participantsOf(teamId: TeamId, planId: PlanId): readonly PlanParticipant[] {
    const said = teams.get(teamId)?.get(planId)?.said.values() ?? []
    return [
      ...new Map(
        [...said].map(({ participant }) => [
          'userId' in participant ? participant.userId : participant.runId,
          participant,
        ]),
      ).values(),
    ]
  }

  function say(source: BoardSource, plan: PlanRef, entries: readonly AwarenessEntry[]): void {
    const known = entriesOf(plan)
    if (known === undefined) return
    const news = entries.filter((entry) => take(source, known, entry))
    forgetEmpty(known)
    if (news.length === 0) return
    if (source === 'room' || source === 'agent') onOwn(plan, news)
    if (source !== 'room') onElsewhere(plan, news)
  }

  const all = (): readonly PlanEntries[] => [...teams.values()].flatMap((team) => [...team.values()])

  return {
    say,
    elsewhere: ({ teamId, planId }) =>
      [...(teams.get(teamId)?.get(planId)?.said.values() ?? [])].filter(({ source }) => source !== 'room'),
    own: () =>
      all().flatMap(({ plan, said }) =>
        [...said.values()].flatMap((one) =>
          one.source === 'room' || one.source === 'agent' ? [[plan, one] as const] : [],
        ),
      ),
    onOwn(listener) {
      onOwn = listener
    },
    onElsewhere(listener) {
      onElsewhere = listener
    },
    watch(teamId, listener) {
      const known = watchers.get(teamId) ?? new Set()
      watchers.set(teamId, known.add(listener))
      listener(new Map([...(teams.get(teamId)?.keys() ?? [])].map((id) => [id, participantsOf(teamId, id)])), true)
      return () => {
        known.delete(listener)
        if (known.size === 0 && watchers.get(teamId) === known) watchers.delete(teamId)
      }
    },
    sweep() {
      const since = deps.now() - silentMs
      for (const { plan, said } of all())
        for (const { client, clock, source, at } of [...said.values()])
          if (source.startsWith('process ') && at < since) say(source, plan, [{ client, clock, json: gone }])
    },
    close() {
      clearTimeout(timer)
      watchers.clear()
    },
  }
}
