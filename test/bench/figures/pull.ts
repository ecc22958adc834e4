import type { SpaceId } from '#shared/protocol/sync.ts'
import { connectDatabase, type Database } from '#server/db/database.ts'
import { openCluster } from '#server/db/embedded/cluster.ts'
import { migrateDatabase } from '#server/db/migrate.ts'
import { createSpaceStore } from '#server/db/space-store.ts'
import { processPull } from '#sync/server/pull.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { makeFolder } from '../lib/folder.ts'
import { measured, type Figure } from '../lib/figure.ts'

const changed = 10
const sizes = [1_000, 100_000] as const

/** What a pull of ten changed rows costs in the server, and whether that grows with the rows in view. */
export const figure: Figure = {
  name: 'pull',
  about: `a pull of ${changed} changed rows, in the server`,
  async run({ quick }) {
    const folder = await makeFolder()
    const cluster = await openCluster({ dataDir: folder.path })
    const db = connectDatabase({ kind: 'embedded', address: cluster.address }, { poolSize: 24 }, cluster)
    try {
      await migrateDatabase(db)
      const store = createSpaceStore(db)
      const spaces = new Map<number, SpaceId>()
      for (const size of sizes) spaces.set(size, await fill(db, size))
      await db.query('vacuum analyze')
      const taken = new Map<number, number[]>(sizes.map((size) => [size, []]))
      const bare: number[] = []
      for (let turn = 0; turn < (quick ? 50 : 600); turn++) {
        for (const [size, space] of spaces) {
          const ms = await onePull(store, space, size)
          if (turn >= 20) taken.get(size)?.push(ms)
        }
        const ms = await oneQuery(db, spaces.get(sizes[1]) ?? 'team/none')
        if (turn >= 20) bare.push(ms)
      }
      const [few, many] = sizes.map((size) => measured(taken.get(size) ?? []))
      if (few === undefined || many === undefined) throw new Error('nothing was measured')
      return [
        {
          what: '1,000 rows in view',
          unit: 'ms',
          ours: few,
          beside: { what: 'one bare query for the ten rows', measured: measured(bare) },
          target: { text: 'p50 ≤ 1', met: few.median <= 1 },
        },
        {
          what: '100,000 rows in view',
          unit: 'ms',
          ours: many,
          beside: { what: 'the same with 1,000 rows', measured: few },
          target: { text: 'ratio ≤ 1.3', met: many.median <= 1.3 * few.median },
        },
      ]
    } finally {
      await db.close()
      await folder.remove()
    }
  },
}

async function fill(db: Database, size: number): Promise<SpaceId> {
  const space: SpaceId = `team/rows${size}`
  await db.query(`insert into space (id, version) values ($1, 1)`, [space])
  await db.query(
    `insert into entry (space_id, key, value, version)
       select $1, 'row/' || lpad(n::text, 8, '0'), json_build_object('n', n, 'text', repeat('x', 200)), 1 from generate_series(1, $2) n`,
    [space, size],
  )
  return space
}

async function onePull(store: SpaceStore, space: SpaceId, size: number): Promise<number> {
  const head = await store.head(space)
  const puts = Array.from(
    { length: changed },
    () =>
      [
        `row/${String(1 + Math.floor(Math.random() * size)).padStart(8, '0')}`,
        { n: Math.random(), text: 'y'.repeat(200) },
      ] as const,
  )
  await store.commit({
    now: Date.now(),
    spaces: [{ space, at: head.version, gets: [], scans: [], puts: [...new Map(puts)], dels: [] }],
    effects: [],
  })
  const began = performance.now()
  const answer = await processPull(store, {
    space,
    clientGroup: 'bench',
    userId: 'bench',
    cookie: { order: head.version, epoch: `${head.epoch}.1` },
    readerEpoch: '1',
  })
  const ms = performance.now() - began
  if (!answer.ok || answer.value.patch.length === 0) throw new Error('the pull brought nothing')
  return ms
}

async function oneQuery(db: Database, space: SpaceId): Promise<number> {
  const began = performance.now()
  await db.query(
    `select key, value, version from entry where space_id = $1 and version > (select version - 1 from space where id = $1)`,
    [space],
    { name: 'bench-bare' },
  )
  return performance.now() - began
}
