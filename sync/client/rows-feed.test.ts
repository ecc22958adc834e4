import { randomBytes, randomUUID } from 'node:crypto'
import { Replicache, type WriteTransaction } from 'replicache'
import { afterEach, expect, test, vi } from 'vitest'
import { uuidv7 } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import { seeded } from '#test/seed.ts'
import { feedRows, type RowsChange } from './rows-feed.ts'

const now = Date.UTC(2026, 10, 26)
const day = 24 * 60 * 60_000
const keyOf = (at: number): string => `run/${uuidv7(at, randomBytes(10))}`

type Write = { readonly puts?: readonly (readonly [string, Json])[]; readonly dels?: readonly string[] }
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

async function openStore(rows: readonly (readonly [string, Json])[]) {
  const replicache = new Replicache({
    name: randomUUID(),
    kvStore: 'mem',
    logLevel: 'error',
    mutators: {
      async write(tx: WriteTransaction, { puts = [], dels = [] }: Write) {
        for (const [key, value] of puts) await tx.set(key, value)
        for (const key of dels) await tx.del(key)
      },
    },
  })
  opened.push(replicache)
  await replicache.mutate.write({ puts: [...rows, ['runner/1', 1], ['permission/1', 2]] })
  return replicache
}

/** What a listener holds, and every change that it was told. */
function listen(replicache: Awaited<ReturnType<typeof openStore>>) {
  const held = new Map<string, Json>()
  const told: RowsChange[] = []
  const stop = feedRows(replicache, 'run/', now, (change) => {
    told.push(change)
    for (const [key, value] of change.puts) held.set(key, value)
    for (const key of change.dels) held.delete(key)
  })
  return { held, told, stop, complete: () => vi.waitFor(() => expect(told.at(-1)?.complete).toBe(true), 10_000) }
}

test.each([
  ['spread over a year', 365 * day],
  ['all of the last minute', 60_000],
  ['all at one moment', 1],
  ['none for the last year', -1],
])('a thousand rows, %s: the newest come first, and each comes', async (_how, span) => {
  const rows = Array.from({ length: 1000 }, (_, n): readonly [string, Json] => [
    keyOf(span < 0 ? now - 400 * day - n * 1000 : now - Math.floor((n * span) / 1000)),
    n,
  ]).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const { held, told, complete } = listen(await openStore(rows))
  await complete()
  expect([...held].toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual(rows)
  const first = told.find((one) => one.puts.length > 0)?.puts.map(([key]) => key) ?? []
  expect(first.length).toBeGreaterThan(0)
  expect(first.length).toBeLessThanOrEqual(250)
  // Within one moment there is no newest.
  if (span > 1) expect(first).toContain(rows.at(-1)?.[0])
})

test('nothing at all, and rows from a clock that is ahead', async () => {
  const empty = listen(await openStore([]))
  await empty.complete()
  expect(empty.held.size).toBe(0)
  const ahead = listen(await openStore([[keyOf(now + 300 * day), 'ahead']]))
  await ahead.complete()
  expect([...ahead.held.values()]).toEqual(['ahead'])
})

test('what changes while the rest is read, and afterwards, ends as the store has it', async () => {
  const { below } = seeded()
  const rows = Array.from({ length: 1500 }, (_, n): readonly [string, Json] => [keyOf(now - n * 1_000_000), n])
  const store = await openStore(rows)
  const { held, told, complete, stop } = listen(store)
  let changed = 0
  while (told.at(-1)?.complete !== true || changed < 20) {
    const [key = ''] = rows[below(rows.length)] ?? []
    await store.mutate.write(
      below(3) === 0
        ? { dels: [key] }
        : { puts: [[below(5) === 0 ? keyOf(now - below(1000) * day) : key, `new ${changed}`]] },
    )
    changed++
    await new Promise((resolve) => setImmediate(resolve))
  }
  await complete()
  const stored = await store.query((tx) => tx.scan({ prefix: 'run/' }).entries().toArray())
  await vi.waitFor(() => expect([...held].toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual(stored))
  stop()
  const before = told.length
  await store.mutate.write({ puts: [[keyOf(now), 'unheard']] })
  expect(told).toHaveLength(before)
})
