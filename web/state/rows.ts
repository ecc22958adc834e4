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

/** Parses each version of a row once: the store hands out the same object for an unchanged one. A row that can't be read is left out. */
export function createParser<T>(schema: Schema<T>): (value: Json | undefined) => T | undefined {
  const parsed = new WeakMap<object, T>()
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined
    const known = parsed.get(value)
    if (known !== undefined) return known
    const result = schema.safeParse(value)
    if (!result.success) return undefined
    parsed.set(value, result.data)
    return result.data
  }
}

/** Follows `prefix`, for sets of some hundreds at most: each change reads them all. */
export function createRows<T>(workspace: Pick<Workspace, 'subscribe'>, prefix: string, schema: Schema<T>): Rows<T> {
  const parse = createParser(schema)
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

/** Rows that fill a window: they are shown as soon as they are read, together. */
const firstRows = 60
/** Between two times that a page takes in what comes while the rest of a long list is read. */
const takeInMs = 100

/**
 * Follows `prefix`, for sets of thousands: the newest are there first, and a change costs what it changes. `loaded` once
 * there is a first piece; `complete` once the device's store has told everything.
 */
export function createFedRows<T>(
  workspace: Pick<Workspace, 'feedRows'>,
  prefix: string,
  schema: Schema<T>,
): Rows<T> & { readonly complete: Accessor<boolean> } {
  const parse = createParser(schema)
  const byKey = new Map<string, T>()
  let sorted: readonly string[] = []
  let rows: readonly T[] = []
  let waiting: ReturnType<typeof setTimeout> | undefined
  const [state, setState] = createSignal<{ readonly all: readonly T[]; readonly complete: boolean }>()

  const show = (complete: boolean): void => {
    clearTimeout(waiting)
    waiting = undefined
    setState({ all: rows, complete })
  }
  const unsubscribe = workspace.feedRows(prefix, ({ puts, dels, complete }) => {
    const gone = dels.filter((key) => byKey.delete(key))
    const fresh: string[] = []
    let next: T[] | undefined
    for (const [key, value] of puts) {
      const row = parse(value)
      if (row === undefined) {
        if (byKey.delete(key)) gone.push(key)
        continue
      }
      if (byKey.has(key)) (next ??= [...rows])[placeOf(sorted, key)] = row
      else fresh.push(key)
      byKey.set(key, row)
    }
    if (gone.length > 0 || fresh.length > 0) {
      const left = gone.length > 0 ? sorted.filter((key) => byKey.has(key)) : sorted
      sorted = merge(left, fresh.sort())
      next = sorted.flatMap((key) => byKey.get(key) ?? [])
    }
    rows = next ?? rows
    const isFirst = state() === undefined && rows.length >= firstRows
    if (complete || isFirst) show(complete)
    else if (rows.length > 0) waiting ??= setTimeout(show, takeInMs, false)
  })
  onCleanup(() => {
    clearTimeout(waiting)
    unsubscribe()
  })
  return {
    all: () => state()?.all ?? [],
    loaded: () => state() !== undefined,
    complete: () => state()?.complete ?? false,
    get: (key) => (state() === undefined ? undefined : byKey.get(key)),
  }
}

/** Where `key` stands in the sorted keys; it is among them. */
function placeOf(sorted: readonly string[], key: string): number {
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}

/** Two sorted lists as one. */
function merge(a: readonly string[], b: readonly string[]): readonly string[] {
  if (b.length === 0) return a
  const merged: string[] = []
  let at = 0
  for (const key of a) {
    for (; at < b.length && (b[at] ?? '') < key; at++) merged.push(b[at] ?? '')
    merged.push(key)
  }
  return [...merged, ...b.slice(at)]
}
