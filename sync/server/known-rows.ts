import type { Json } from '#shared/json.ts'
import type { SpaceId } from '#shared/protocol/sync.ts'
import type { SpaceChange } from './hub.ts'
import type { Snapshot, SpaceStore } from './space-store.ts'

/**
 * Rows that this process read or wrote lately, so that most mutations need one round trip to the store, for their commit. They
 * may be behind (another process wrote): the commit checks what was read, and on a conflict the space is forgotten and the
 * mutation runs over the store.
 */
export type KnownRows = Pick<SpaceStore, 'read' | 'scan'> & {
  /** A commit of this process. */
  took(change: SpaceChange): void
  forget(space: SpaceId): void
}

const maxSpaces = 200
/** Of one space; the ones used longest ago go first. */
const maxRows = 500

/** `version`: the rows are as the space had them then. */
type Known = { version: number; readonly rows: Map<string, Json | undefined> }

export function createKnownRows(store: Pick<SpaceStore, 'read' | 'scan'>): KnownRows {
  const spaces = new Map<SpaceId, Known>()

  function learn(space: SpaceId, { version, rows }: Snapshot): void {
    const known = spaces.get(space)
    // Commits up to the cache's version have been told; a snapshot from before them would undo them.
    if (known !== undefined && version < known.version) return
    const current = known?.version === version ? known : { version, rows: new Map<string, Json | undefined>() }
    for (const { key, value } of rows) set(current.rows, key, value, maxRows)
    set(spaces, space, current, maxSpaces)
  }

  return {
    async read(space, keys) {
      const known = spaces.get(space)
      if (known !== undefined && keys.every((key) => known.rows.has(key)))
        return {
          version: known.version,
          rows: keys.map((key) => {
            const value = known.rows.get(key)
            set(known.rows, key, value, maxRows)
            return { key, value }
          }),
        }
      const snapshot = await store.read(space, keys)
      learn(space, snapshot)
      return snapshot
    },
    scan: (space, prefix) => store.scan(space, prefix),
    took({ space, base, version, patch }) {
      const known = spaces.get(space)
      if (known === undefined || version <= known.version) return
      if (base !== known.version) return void spaces.delete(space)
      known.version = version
      for (const [key, value] of patch) set(known.rows, key, value, maxRows)
    },
    forget(space) {
      spaces.delete(space)
    },
  }
}

/** Sets as the newest of at most `most`. */
function set<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
