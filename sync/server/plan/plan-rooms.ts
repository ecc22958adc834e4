import { roomClosed } from '#shared/protocol/plan-room.ts'
import type { PlanBoard } from './plan-board.ts'
import { createPlanRoom, type PlanRoom, type PlanRoomDeps } from './plan-room.ts'
import type { PlanRef } from './plan-store.ts'

export type PlanRoomsDeps = Omit<PlanRoomDeps, 'board'> & {
  readonly board: PlanBoard
  /** Called when nobody is in a room any more and all of it is stored, just before it goes. */
  readonly onUnload: (plan: PlanRef) => void
  /** How long a room that nobody is in stays. */
  readonly idleMs?: number
}

/** The rooms of this process: each is there while somebody is in it, and a little longer. */
export type PlanRooms = {
  /** The room of a plan, read from the store where it is not there; `undefined` while too many are, or when this process stops. */
  open(plan: PlanRef): PlanRoom | undefined
  /** Only where it is there. */
  find(plan: PlanRef): PlanRoom | undefined
  all(): readonly PlanRoom[]
  /** Stores all that waits and ends every room. */
  close(): Promise<void>
}

const maxRooms = 1_000
const sweepMs = 5_000
const defaultIdleMs = 15_000

export function createPlanRooms(deps: PlanRoomsDeps): PlanRooms {
  type Entry = { readonly room: PlanRoom; idleSince: number | undefined; closing: Promise<void> | undefined }
  const rooms = new Map<string, Entry>()
  const closing = new Set<Promise<void>>()
  let closed = false

  function remove(key: string, entry: Entry, code: number, reason: string): Promise<void> {
    if (rooms.get(key) === entry) rooms.delete(key)
    entry.closing ??= entry.room.close(code, reason)
    const done = entry.closing.catch(deps.onError)
    closing.add(done)
    void done.finally(() => closing.delete(done))
    return done
  }

  function sweep(): void {
    deps.board.sweep()
    for (const [key, entry] of rooms) {
      const { room } = entry
      room.sweep()
      if (!room.isIdle()) entry.idleSince = undefined
      else if (entry.idleSince === undefined) entry.idleSince = deps.now()
      else if (deps.now() - entry.idleSince >= (deps.idleMs ?? defaultIdleMs)) {
        void remove(key, entry, roomClosed.later, 'nobody is here')
        deps.onUnload(room.plan)
      }
    }
  }
  deps.board.onElsewhere((plan, entries) => rooms.get(keyOf(plan))?.room.members.put(entries))
  const timer = setInterval(sweep, Math.min(sweepMs, deps.idleMs ?? sweepMs))

  return {
    open(plan) {
      if (closed) return undefined
      const key = keyOf(plan)
      const known = rooms.get(key)
      if (known !== undefined && !known.room.hasEnded()) {
        known.idleSince = undefined
        return known.room
      }
      if (rooms.size >= maxRooms) return undefined
      const entry: Entry = { room: createPlanRoom(deps, plan), idleSince: undefined, closing: undefined }
      rooms.set(key, entry)
      // One that can't be read is no room; who comes next tries again.
      entry.room.loaded.catch(() => void remove(key, entry, roomClosed.later, 'this plan can’t be read now'))
      return entry.room
    },
    find(plan) {
      const room = rooms.get(keyOf(plan))?.room
      return room?.hasEnded() === true ? undefined : room
    },
    all: () => [...rooms.values()].map(({ room }) => room),
    async close() {
      closed = true
      clearInterval(timer)
      for (const [key, entry] of rooms) void remove(key, entry, 1001, 'the server stops')
      await Promise.all(closing)
    },
  }
}

export const keyOf = ({ teamId, planId }: PlanRef): string => `${teamId}/${planId}`
