import { applyUpdate, Doc } from 'yjs'
import type { PlanRooms } from '#sync/server/plan/plan-rooms.ts'
import type { PlanRef, PlanStore } from '#sync/server/plan/plan-store.ts'

export type DocumentReader = {
  /** Looks at a document as it is now, from the room that is open or from the store; it must not be changed. `seq` 0: there is none. */
  read<T>(plan: PlanRef, look: (doc: Doc, seq: number) => T): Promise<T>
}

export function createDocumentReader(deps: {
  readonly rooms: Pick<PlanRooms, 'find'>
  readonly store: Pick<PlanStore, 'read'>
}): DocumentReader {
  return {
    async read(plan, look) {
      const room = deps.rooms.find(plan)
      if (room !== undefined) return await room.read(look)
      const stored = await deps.store.read(plan, 0)
      const doc = new Doc()
      try {
        doc.transact(() => {
          for (const update of stored.updates) applyUpdate(doc, update)
        })
        return look(doc, stored.seq)
      } finally {
        doc.destroy()
      }
    },
  }
}
