import { z } from 'zod'
import { PlanId, TeamId } from '#shared/ids.ts'
import type { PlanRooms } from '#sync/server/plan/plan-rooms.ts'
import type { Database } from '../db/database.ts'
import type { Listener } from '../db/notifications.ts'
import type { DocumentStore } from './document-store.ts'

export type PlanNewsDeps = {
  readonly database: Database
  readonly channel: string
  readonly rooms: Pick<PlanRooms, 'all' | 'find'>
  readonly documents: Pick<DocumentStore, 'facts'>
  readonly onError: (error: unknown) => void
}

const Message = z.tuple([TeamId, PlanId, z.coerce.number().int().positive()])

/** Hears which documents other server processes have appended to. What they wrote is read from the store. */
export async function listenForPlans(deps: PlanNewsDeps): Promise<Listener> {
  return await deps.database.listen(deps.channel, {
    onNotify(payload) {
      const message = Message.safeParse(payload.split('/'))
      if (!message.success) return
      const [teamId, planId, seq] = message.data
      deps.rooms.find({ teamId, planId })?.announce(seq)
    },
    onGap() {
      for (const room of deps.rooms.all())
        deps.documents
          .facts(room.plan)
          .then((facts) => room.announce(facts?.seq ?? 0))
          .catch(deps.onError)
    },
  })
}
