import { decodeStateVector, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import type { UserId } from '#shared/ids.ts'
import { roomBounds, roomClosed } from '#shared/protocol/plan-room.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { PlanSyncAnswer, PlanSyncRequest } from '#sync/core/plan/sync-message.ts'
import { isKnown } from '#sync/server/plan/is-known.ts'
import type { PlanRoom } from '#sync/server/plan/plan-room.ts'
import type { PlanRooms } from '#sync/server/plan/plan-rooms.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'

/** With what a room would have closed a socket. */
export type SyncRefusal = (typeof roomClosed)['later' | 'malformed' | 'full']

/**
 * Takes what a device says in one request as its plan's room takes it from a socket: the same checks, the same order, and an answer when all of it is stored.
 * Who may only read changes nothing, and is told of what the document has already.
 */
export async function syncPlan(
  rooms: Pick<PlanRooms, 'open'>,
  { plan, userId, mayWrite }: { readonly plan: PlanRef; readonly userId: UserId; readonly mayWrite: boolean },
  { stateVector, updates }: PlanSyncRequest,
): Promise<Result<PlanSyncAnswer, SyncRefusal>> {
  if (!isVector(stateVector) || updates.some(({ length }) => length > roomBounds.messageBytes))
    return err(roomClosed.malformed)
  const room = rooms.open(plan)
  if (room === undefined) return err(roomClosed.later)
  let stored = 0
  for (const update of updates) {
    const outcome = mayWrite ? await take(room, update, userId) : await look(room, update)
    if (outcome === 'malformed') return err(roomClosed.malformed)
    if (outcome === 'full') return err(roomClosed.full)
    if (outcome === 'unknown') break
    stored++
  }
  return ok(
    await room.read((doc) => ({
      update: encodeStateAsUpdate(doc, stateVector),
      stateVector: encodeStateVector(doc),
      stored,
    })),
  )
}

function take(room: PlanRoom, update: Uint8Array, userId: UserId): Promise<'stored' | 'malformed' | 'full'> {
  return room.change(update, { kind: 'person', userId })
}

async function look(room: PlanRoom, update: Uint8Array): Promise<'stored' | 'unknown'> {
  return await room.read((doc) => (isKnown(doc, update) ? 'stored' : 'unknown'))
}

function isVector(bytes: Uint8Array): boolean {
  try {
    decodeStateVector(bytes)
    return true
  } catch {
    return false
  }
}
