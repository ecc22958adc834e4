import { afterAll, describe, expect, test } from 'vitest'
import { PlanId, TeamId, UserId } from '#shared/ids.ts'
import type { PlanAuthor } from '#shared/domain/plan.ts'
import type { PlanRef, PlanStore } from '#sync/server/plan/plan-store.ts'
import { describeOnEachDatabase } from '#test/db.ts'
import { createFakePlanStore } from '#test/fakes/plan-store.ts'
import { newId } from '#test/world.ts'
import type { Database } from '../db/database.ts'
import { createDocumentStore } from './document-store.ts'

const newPlan = (): PlanRef => ({ teamId: TeamId.parse('t1'), planId: PlanId.parse(newId()) })
const person = (id: string): PlanAuthor => ({ kind: 'person', userId: UserId.parse(id) })
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const texts = (updates: readonly Uint8Array[]): readonly string[] =>
  updates.map((update) => new TextDecoder().decode(update))
const append = (store: PlanStore, plan: PlanRef, text: string) =>
  store.append(plan, { content: bytes(text), authors: [person('u1')], at: 1 })

/** What a room relies on, of the real store and of the one that its tests use. */
function defineContract(open: () => Promise<PlanStore>): void {
  test('numbers updates one after another and gives back those after a number, with how many and how large they are', async () => {
    const [store, plan] = [await open(), newPlan()]
    expect(await store.read(plan, 0)).toEqual({ seq: 0, updates: [], logged: 0, bytes: 0 })
    expect(await append(store, plan, 'a')).toEqual({ seq: 1, logged: 1 })
    expect(await append(store, plan, 'bb')).toEqual({ seq: 2, logged: 2 })
    const { updates, ...rest } = await store.read(plan, 1)
    expect([texts(updates), rest]).toEqual([['bb'], { seq: 2, logged: 2, bytes: 3 }])
  })

  test('what was put together takes the place of its log, for those who were behind it', async () => {
    const [store, plan] = [await open(), newPlan()]
    for (const text of ['a', 'b', 'c']) await append(store, plan, text)
    await store.compact(plan, 2, bytes('ab'))
    expect(texts((await store.read(plan, 0)).updates)).toEqual(['ab', 'c'])
    expect(texts((await store.read(plan, 1)).updates)).toEqual(['ab', 'c'])
    expect(texts((await store.read(plan, 2)).updates)).toEqual(['c'])
    expect(await store.read(plan, 3)).toMatchObject({ seq: 3, updates: [], logged: 1, bytes: 3 })
    expect(await append(store, plan, 'd')).toEqual({ seq: 4, logged: 2 })
  })

  test('an older one that comes late changes nothing', async () => {
    const [store, plan] = [await open(), newPlan()]
    for (const text of ['a', 'b', 'c']) await append(store, plan, text)
    await store.compact(plan, 3, bytes('abc'))
    await store.compact(plan, 2, bytes('ab'))
    expect(texts((await store.read(plan, 0)).updates)).toEqual(['abc'])
  })
}

describe('the store of the rooms’ own tests', () => {
  defineContract(async () => createFakePlanStore())
})

describeOnEachDatabase('documents', (open) => {
  let db: Awaited<ReturnType<typeof open>> | undefined
  let other: Database | undefined
  const opened = async () => (db ??= await open())
  const beside = async () => (other ??= (await opened()).another())
  afterAll(() => other?.close())
  defineContract(async () => createDocumentStore(await opened()))

  test('appends of two processes at once have numbers of their own, and none is missing', async () => {
    const [one, other, plan] = [createDocumentStore(await opened()), createDocumentStore(await beside()), newPlan()]
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) => append(n % 2 === 0 ? one : other, plan, String(n))),
    )
    expect(all.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
    expect(texts((await one.read(plan, 0)).updates).toSorted()).toEqual(
      Array.from({ length: 20 }, (_, n) => String(n)).toSorted(),
    )
  })

  test('the same id in another team is another document', async () => {
    const store = createDocumentStore(await opened())
    const mine = newPlan()
    const theirs = { ...mine, teamId: TeamId.parse('t2') }
    await append(store, mine, 'mine')
    expect(await store.read(theirs, 0)).toMatchObject({ seq: 0, updates: [] })
  })

  test('says who wrote since the last version, and forgets those it names', async () => {
    const [store, plan] = [createDocumentStore(await opened()), newPlan()]
    await store.append(plan, { content: bytes('a'), authors: [person('u1')], at: 10 })
    await store.append(plan, { content: bytes('b'), authors: [person('u2'), person('u1')], at: 20 })
    await store.append(plan, { content: bytes('c'), authors: [], at: 30 })
    expect(await store.facts(plan)).toMatchObject({ seq: 3, changedAt: 30, changedBy: person('u1'), versionedSeq: 0 })
    const wrote = (await store.facts(plan))?.writers.map(({ author, at }) => [author, at])
    expect(wrote).toEqual([
      [person('u1'), 20],
      [person('u2'), 20],
    ])
    await store.append(plan, { content: bytes('d'), authors: [person('u2')], at: 40 })
    await store.versioned(plan, 3, 30)
    expect(await store.facts(plan)).toMatchObject({ versionedSeq: 3, writers: [{ author: person('u2'), at: 40 }] })
  })

  test('keeps an update of any bytes as it is', async () => {
    const [store, plan] = [createDocumentStore(await opened()), newPlan()]
    const content = Uint8Array.from({ length: 512 }, (_, n) => n % 256)
    await store.append(plan, { content, authors: [], at: 1 })
    const [back] = (await store.read(plan, 0)).updates
    expect(Buffer.from(back ?? []).equals(Buffer.from(content))).toBe(true)
  })
})
