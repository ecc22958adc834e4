import type { Json } from '#shared/json.ts'
import type { PatchOperation } from '#shared/protocol/sync.ts'
import type { ReadTransaction } from '#sync/core/transaction.ts'
import type { RowsChange } from './rows-feed.ts'
import type { Row } from './space-cache.ts'

/** Rows that live as long as the page, read as those of a device's store are. */
export type MemoryRows = {
  apply(patch: readonly PatchOperation[]): void
  query<T>(query: (tx: ReadTransaction) => Promise<T>): Promise<T>
  /** Calls back now and after each change, also of rows that the query did not read. */
  subscribe<T>(query: (tx: ReadTransaction) => Promise<T>, onData: (value: T) => void): () => void
  /** Rows under `prefix` as they come, those that are here already first. */
  watch(prefix: string, onRows: (rows: readonly Row[]) => void): () => void
  feed(prefix: string, onChange: (change: RowsChange) => void): () => void
}

export function createMemoryRows(): MemoryRows {
  const rows = new Map<string, Json>()
  const listeners = new Set<(changed: ReadonlySet<string>) => void>()
  const tx: ReadTransaction = {
    get: async (key) => rows.get(key),
    scan: async (prefix) => under(prefix, [...rows.keys()]).sort(([a], [b]) => (a < b ? -1 : 1)),
  }

  function under(prefix: string, among: Iterable<string>): Row[] {
    return [...among].flatMap((key) => {
      const value = key.startsWith(prefix) ? rows.get(key) : undefined
      return value === undefined ? [] : [[key, value] as const]
    })
  }

  function listen(listener: (changed: ReadonlySet<string>) => void): () => void {
    listeners.add(listener)
    listener(new Set(rows.keys()))
    return () => void listeners.delete(listener)
  }

  return {
    apply(patch) {
      const changed = new Set<string>()
      for (const one of patch) {
        if (one.op === 'clear') {
          for (const key of rows.keys()) changed.add(key)
          rows.clear()
          continue
        }
        changed.add(one.key)
        if (one.op === 'put') rows.set(one.key, one.value)
        else rows.delete(one.key)
      }
      for (const listener of listeners) listener(changed)
    },
    query: (query) => query(tx),
    subscribe(query, onData) {
      let asked = 0
      let stopped = false
      const stop = listen(() => {
        const mine = ++asked
        void query(tx).then((value) => {
          if (!stopped && mine === asked) onData(value)
        })
      })
      return () => {
        stopped = true
        stop()
      }
    },
    watch: (prefix, onRows) =>
      listen((changed) => {
        const found = under(prefix, changed)
        if (found.length > 0) onRows(found)
      }),
    feed: (prefix, onChange) =>
      listen((changed) => {
        const mine = [...changed].filter((key) => key.startsWith(prefix))
        onChange({ puts: under(prefix, mine), dels: mine.filter((key) => !rows.has(key)), complete: true })
      }),
  }
}
