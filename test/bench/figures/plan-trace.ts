import { setImmediate as turn } from 'node:timers/promises'
import { encodeStateAsUpdate } from 'yjs'
import { PlanId, TeamId } from '#shared/ids.ts'
import { connectDatabase } from '#server/db/database.ts'
import { openCluster } from '#server/db/embedded/cluster.ts'
import { migrateDatabase } from '#server/db/migrate.ts'
import { createDocumentStore } from '#server/plans/document-store.ts'
import { createPlanBoard } from '#sync/server/plan/plan-board.ts'
import { createPlanRoom, type PlanRoom } from '#sync/server/plan/plan-room.ts'
import { maxLogged } from '#sync/server/plan/stored-document.ts'
import type { PlanRef, PlanStore } from '#sync/server/plan/plan-store.ts'
import { enterRoom } from '../../fakes/room-member.ts'
import { paragraphsOf } from '../../plan-client.ts'
import { seeded } from '../../seed.ts'
import { editingTrace } from '../lib/editing-trace.ts'
import { measured, single, type Figure } from '../lib/figure.ts'
import { makeFolder } from '../lib/folder.ts'
import { newId } from '../lib/session.ts'

const operations = 260_000
/** Changes on their way at once: who types waits for none of them. */
const flying = 200

/** Everything that a person typed for months, key by key, through a room over the embedded PostgreSQL; then a room that reads it. */
export const figure: Figure = {
  name: 'plan-trace',
  about: `an editing trace of ${operations.toLocaleString('en')} operations (generated) through a room`,
  async run({ quick, seed, say }) {
    const folder = await makeFolder()
    const cluster = await openCluster({ dataDir: folder.path })
    const db = connectDatabase({ kind: 'embedded', address: cluster.address }, {}, cluster)
    const random = seeded(seed ?? 1)
    const plan: PlanRef = { teamId: TeamId.parse('bench'), planId: PlanId.parse(newId()) }
    const rooms: PlanRoom[] = []
    try {
      await migrateDatabase(db)
      const store = createDocumentStore(db)
      let longest = 0
      let appends = 0
      const watched: PlanStore = {
        ...store,
        async append(...update) {
          const appended = await store.append(...update)
          longest = Math.max(longest, appended.logged)
          appends++
          return appended
        },
      }
      let now = 0
      const open = (through: PlanStore): PlanRoom => {
        const room = createPlanRoom(
          {
            store: through,
            now: () => now,
            board: createPlanBoard({ now: () => now }),
            onStored: () => undefined,
            onError: (error) => say(String(error)),
            wait: async () => undefined,
          },
          plan,
        )
        rooms.push(room)
        return room
      }
      const room = open(watched)
      await room.loaded
      const writer = enterRoom(room)
      const count = quick ? operations / 20 : operations
      const began = performance.now()
      for (const _ of editingTrace(writer.doc, count, random)) {
        // A fast hand, as the room's clock has it.
        now += 10
        while (writer.sent - writer.stored > flying) await turn()
      }
      while (writer.stored < writer.sent) await turn()
      const seconds = (performance.now() - began) / 1000
      await room.close(1001, 'done')

      const loads: number[] = []
      for (let n = 0; n < (quick ? 5 : 30); n++) {
        const from = performance.now()
        const again = open(store)
        await again.loaded
        if (n > 2) loads.push(performance.now() - from)
        if (n === 0 && (await again.read(paragraphsOf)).join('\n') !== paragraphsOf(writer.doc).join('\n'))
          throw new Error('what was read back is not what was written')
        await again.close(1001, 'done')
      }
      const load = measured(loads)
      const update = encodeStateAsUpdate(writer.doc)
      return [
        {
          what: 'updates in the log, at most',
          unit: `of ${appends} appends`,
          ours: single(longest),
          target: { text: `≤ ${maxLogged}`, met: longest <= maxLogged },
        },
        {
          what: 'a room opens on it, database and all',
          unit: 'ms',
          ours: load,
          target: { text: 'p50 ≤ 30', met: load.median <= 30 },
        },
        { what: 'the document as one update', unit: 'KB', ours: single(update.length / 1000) },
        { what: 'operations typed, stored and acknowledged', unit: '/s', ours: single(count / seconds) },
      ]
    } finally {
      await Promise.allSettled(rooms.map((room) => room.close(1001, 'done')))
      await db.close()
      await folder.remove()
    }
  },
}
