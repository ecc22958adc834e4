import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { Json } from '#shared/json.ts'
import type { ReadTransaction } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'

/** Rows under one prefix, for sets too large to copy on each change. */
export type Rows<T> = {
  /** In key order. Rows that did not change are the same objects as before; never write to them. */
  readonly all: Accessor<readonly T[]>
  readonly loaded: Accessor<boolean>
  readonly get: (key: string) => T | undefined
}

type Schema<T> = { safeParse(value: unknown): { success: true; data: T } | { success: false } }

/**
 * Follows `prefix`. The store hands out the same object for an unchanged row, so each version of a row is parsed once.
 * A row that can't be read is left out.
 */
export function createRows<T>(workspace: Pick<Workspace, 'subscribe'>, prefix: string, schema: Schema<T>): Rows<T> {
  const parsed = new WeakMap<object, T>()
  const parse = (value: Json): T | undefined => {
    if (typeof value !== 'object' || value === null) return undefined
    const known = parsed.get(value)
    if (known !== undefined) return known
    const result = schema.safeParse(value)
    if (!result.success) return undefined
    parsed.set(value, result.data)
    return result.data
  }
  const [state, setState] = createSignal<{ readonly all: readonly T[]; readonly byKey: ReadonlyMap<string, T> }>()
  const unsubscribe = workspace.subscribe(
    (tx: ReadTransaction) => tx.scan(prefix),
    (rows) => {
      const byKey = new Map<string, T>()
      for (const [key, value] of rows) {
        const row = parse(value)
        if (row !== undefined) byKey.set(key, row)
      }
      setState({ all: [...byKey.values()], byKey })
    },
  )
  onCleanup(unsubscribe)
  return {
    all: () => state()?.all ?? [],
    loaded: () => state() !== undefined,
    get: (key) => state()?.byKey.get(key),
  }
}
