import type { Json } from '#shared/json.ts'
import type { SpaceId } from '#shared/protocol/sync.ts'
import type { WriteTransaction } from '#sync/core/transaction.ts'
import type { SpaceStore, SpaceWrites } from './space-store.ts'

/**
 * A transaction over one space without a lock: reads go to the store and are remembered, writes stay here. The store
 * checks at the commit that nothing which was read has changed since.
 */
export type RecordedTransaction = WriteTransaction & {
  writes(): SpaceWrites
  /** Puts and deletes, in key order, as a patch has them. */
  patch(): readonly (readonly [key: string, value: Json | undefined])[]
  discard(): void
}

export function createRecordedTransaction(
  store: Pick<SpaceStore, 'read' | 'scan'>,
  space: SpaceId,
): RecordedTransaction {
  const known = new Map<string, Json | undefined>()
  const written = new Map<string, Json | undefined>()
  const scans = new Map<string, readonly (readonly [string, Json])[]>()
  const gets = new Set<string>()
  let at: number | undefined

  const seen = (version: number): void => {
    at = at === undefined ? version : Math.min(at, version)
  }

  return {
    async get(key) {
      if (written.has(key)) return written.get(key)
      if (known.has(key)) return known.get(key)
      gets.add(key)
      const snapshot = await store.read(space, [key])
      seen(snapshot.version)
      const value = snapshot.rows[0]?.value
      known.set(key, value)
      return value
    },
    async scan(prefix) {
      let base = scans.get(prefix)
      if (base === undefined) {
        const snapshot = await store.scan(space, prefix)
        seen(snapshot.version)
        base = snapshot.rows.flatMap((row) => (row.value === undefined ? [] : [[row.key, row.value] as const]))
        scans.set(prefix, base)
      }
      const rows = new Map(base)
      for (const [key, value] of written) {
        if (!key.startsWith(prefix)) continue
        if (value === undefined) rows.delete(key)
        else rows.set(key, value)
      }
      return [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
    },
    async put(key, value) {
      written.set(key, value)
    },
    async del(key) {
      written.set(key, undefined)
    },
    writes() {
      const puts: (readonly [string, Json])[] = []
      const dels: string[] = []
      for (const [key, value] of written) {
        if (value === undefined) dels.push(key)
        else puts.push([key, value])
      }
      return { space, at: at ?? Number.MAX_SAFE_INTEGER, gets: [...gets], scans: [...scans.keys()], puts, dels }
    },
    patch: () => [...written],
    discard() {
      written.clear()
    },
  }
}
