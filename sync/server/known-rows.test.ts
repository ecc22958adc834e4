import { beforeEach, expect, test } from 'vitest'
import type { Json } from '#shared/json.ts'
import type { SpaceId } from '#shared/protocol/sync.ts'
import { createKnownRows, type KnownRows } from './known-rows.ts'

const space: SpaceId = 'team/t'
let stored: { version: number; rows: Record<string, Json> }
let asked: string[][]
let known: KnownRows

beforeEach(() => {
  stored = { version: 7, rows: { a: 1, b: 2 } }
  asked = []
  known = createKnownRows({
    async read(_space, keys) {
      asked.push([...keys])
      return { version: stored.version, rows: keys.map((key) => ({ key, value: stored.rows[key] })) }
    },
    scan: async () => ({ version: stored.version, rows: [] }),
  })
})

const commit = (base: number, patch: [string, Json | undefined][]) =>
  known.took({ space, base, version: base + 1, patch, mutations: [] })

test('a row that was read is not read again', async () => {
  await known.read(space, ['a'])
  expect(await known.read(space, ['a'])).toEqual({ version: 7, rows: [{ key: 'a', value: 1 }] })
  expect(asked).toEqual([['a']])
})

test('commits of this process keep it true, also for rows that were never read or are gone', async () => {
  await known.read(space, ['a'])
  commit(7, [
    ['a', undefined],
    ['c', 3],
  ])
  expect(await known.read(space, ['a', 'c'])).toEqual({
    version: 8,
    rows: [
      { key: 'a', value: undefined },
      { key: 'c', value: 3 },
    ],
  })
  expect(asked).toHaveLength(1)
})

test('a commit after one that was not told makes the space unknown', async () => {
  await known.read(space, ['a'])
  stored = { version: 9, rows: { a: 10 } }
  commit(8, [['b', 3]])
  expect(await known.read(space, ['a'])).toEqual({ version: 9, rows: [{ key: 'a', value: 10 }] })
})

test('a newer snapshot replaces everything, an older one nothing', async () => {
  await known.read(space, ['a'])
  stored = { version: 8, rows: { a: 10, b: 20 } }
  await known.read(space, ['b'])
  expect(await known.read(space, ['a'])).toMatchObject({ version: 8, rows: [{ value: 10 }] })
  stored = { version: 6, rows: { c: 0 } }
  await known.read(space, ['c'])
  commit(8, [['c', 5]])
  expect(await known.read(space, ['a', 'b', 'c'])).toMatchObject({
    version: 9,
    rows: [{ value: 10 }, { value: 20 }, { value: 5 }],
  })
})

test('what is forgotten is read again', async () => {
  await known.read(space, ['a'])
  known.forget(space)
  await known.read(space, ['a'])
  expect(asked).toHaveLength(2)
})

test('holds a bounded number of rows of a space: the ones used longest ago go', async () => {
  for (let n = 0; n < 500; n++) await known.read(space, [`row${n}`])
  await known.read(space, ['row0'])
  await known.read(space, ['one more'])
  asked = []
  await known.read(space, ['row0'])
  await known.read(space, ['row1'])
  expect(asked).toEqual([['row1']])
})
