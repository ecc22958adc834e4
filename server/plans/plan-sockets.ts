import type { WebSocket } from 'ws'
import { canEditPlans } from '#shared/domain/policies.ts'
import type { PlanId, TeamId } from '#shared/ids.ts'
import { roomClosed } from '#shared/protocol/plan-room.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { Hub } from '#sync/server/hub.ts'
import type { PlanRooms } from '#sync/server/plan/plan-rooms.ts'
import type { Member, RoomTransport } from '#sync/server/plan/room-member.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { Actor } from '../auth/actor.ts'
import type { Revocation } from '../auth/revocations.ts'
import { frameBytes } from '../live/upgrade.ts'

export type PlanSocketsDeps = {
  readonly rooms: PlanRooms
  readonly store: Pick<SpaceStore, 'read'>
  readonly hub: Pick<Hub, 'subscribe'>
  /** Asks again who sends these headers. */
  readonly actorAgain: (headers: Headers) => Promise<Actor | undefined>
  readonly onError: (error: unknown) => void
  /** What ends a session by time alone tells nobody, so it is asked for each open socket this often. */
  readonly sessionCheckMs: number
}

/** The sockets of plans: who may be in which room, for as long as that holds. */
export type PlanSockets = {
  /** Whether this person's team has such a plan. */
  mayEnter(actor: Actor, planId: PlanId): Promise<boolean>
  accept(
    socket: WebSocket,
    actor: Actor,
    entry: { planId: PlanId | undefined; mayEnter: boolean; headers: Headers },
  ): void
  /** Ends or checks again the connections that a revocation is about. */
  revoke(revocation: Revocation): void
  close(): void
}

type Open = {
  readonly socket: WebSocket
  readonly headers: Headers
  readonly planId: PlanId
  readonly member: Member
  actor: Actor
}

export function createPlanSockets(deps: PlanSocketsDeps): PlanSockets {
  const open = new Set<Open>()
  const teams = new Map<TeamId, () => void>()

  async function exists(teamId: TeamId, planId: PlanId): Promise<boolean> {
    const { rows } = await deps.store.read(teamSpace(teamId), [keys.plan(planId)])
    return rows[0]?.value !== undefined
  }

  async function check(one: Open): Promise<void> {
    const actor = await deps.actorAgain(one.headers)
    if (actor === undefined) return one.member.shut(roomClosed.signedOut, 'sign in again')
    if (actor.teamId !== one.actor.teamId) return one.member.shut(roomClosed.notFound, 'this is not your team’s')
    one.actor = actor
    one.member.setMayWrite(canEditPlans(actor.role))
  }

  async function checkPlan(one: Open): Promise<void> {
    if (!(await exists(one.actor.teamId, one.planId))) end(one.actor.teamId, one.planId)
  }

  /** There is no such plan any more. */
  function end(teamId: TeamId, planId: PlanId): void {
    for (const one of open)
      if (one.actor.teamId === teamId && one.planId === planId)
        one.member.shut(roomClosed.notFound, 'there is no such plan')
  }

  async function checkAll(): Promise<void> {
    for (const one of open) await check(one).catch(deps.onError)
  }
  const rechecks = setInterval(() => void checkAll(), deps.sessionCheckMs)

  /** Hears of plans that are deleted, while anybody of the team is in one. */
  function follow(teamId: TeamId): void {
    if (teams.has(teamId)) return
    const unsubscribe = deps.hub.subscribe(teamSpace(teamId), {
      onChange({ patch }) {
        const gone = new Set(patch.flatMap(([key, value]) => (value === undefined ? [key] : [])))
        if (gone.size === 0) return
        for (const one of open)
          if (one.actor.teamId === teamId && gone.has(keys.plan(one.planId))) end(teamId, one.planId)
      },
      onGap() {
        for (const one of open) if (one.actor.teamId === teamId) checkPlan(one).catch(deps.onError)
      },
    })
    teams.set(teamId, unsubscribe)
  }

  function leave(one: Open): void {
    open.delete(one)
    one.member.leave()
    const { teamId } = one.actor
    if ([...open].some(({ actor }) => actor.teamId === teamId)) return
    teams.get(teamId)?.()
    teams.delete(teamId)
  }

  return {
    async mayEnter(actor, planId) {
      return await exists(actor.teamId, planId)
    },
    accept(socket, actor, { planId, mayEnter, headers }) {
      if (!mayEnter || planId === undefined) return socket.close(roomClosed.notFound, 'there is no such plan')
      const room = deps.rooms.open({ teamId: actor.teamId, planId })
      if (room === undefined) return socket.close(roomClosed.later, 'too many plans are open')
      const member = room.members.join(toTransport(socket), actor, canEditPlans(actor.role))
      const one: Open = { socket, headers, planId, member, actor }
      open.add(one)
      follow(actor.teamId)
      socket.on('message', (data, isBinary) => {
        if (isBinary) member.receive(frameBytes(data))
        else member.shut(roomClosed.malformed, 'this is no message of a room')
      })
      // A frame that is too large or broken; `close` follows.
      socket.on('error', () => undefined)
      socket.on('close', () => leave(one))
      // It may have gone between the look and now.
      checkPlan(one).catch(deps.onError)
    },
    revoke(revocation) {
      for (const one of open) {
        if (revocation.type === 'session' && one.actor.sessionId === revocation.sessionId)
          one.member.shut(roomClosed.signedOut, 'this device was signed out')
        const isAbout =
          revocation.type === 'unknown' || (revocation.type === 'membership' && revocation.userId === one.actor.userId)
        if (isAbout) check(one).catch(deps.onError)
      }
    },
    close() {
      clearInterval(rechecks)
      for (const one of open) one.member.shut(1001, 'the server stops')
      for (const unsubscribe of teams.values()) unsubscribe()
      teams.clear()
    },
  }
}

function toTransport(socket: WebSocket): RoomTransport {
  return {
    send: (bytes) => socket.send(bytes),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    bufferedBytes: () => socket.bufferedAmount,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
}
