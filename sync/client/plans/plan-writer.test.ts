import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { PlanId } from '#shared/ids.ts'
import { newId } from '#test/world.ts'
import { createPlanWriter } from './plan-writer.ts'
import { createMemoryPlanStore } from './store/memory-plan-store.ts'
import type { PlanStore } from './store/plan-store.ts'
import { freshNote } from './store/plan-note.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function begin(slowly: (store: PlanStore) => PlanStore = (store) => store) {
  const planId = PlanId.parse(newId())
  const store = slowly(createMemoryPlanStore())
  await store.change(planId, () => freshNote(planId))
  const doc = new Y.Doc()
  const writer = createPlanWriter({
    planId,
    store,
    writer: 'this page',
    whole: () => Y.encodeStateAsUpdate(doc),
    onKept: () => undefined,
  })
  const changes: Uint8Array[] = []
  doc.on('update', (change: Uint8Array) => changes.push(change))
  const type = (text: string): void => {
    doc.getText('probe').insert(0, text)
    writer.add(changes.at(-1) ?? new Uint8Array(), true)
  }
  const kept = async (): Promise<string> => {
    const copy = new Y.Doc()
    for (const change of (await store.read(planId))?.changes ?? []) Y.applyUpdate(copy, change)
    return copy.getText('probe').toJSON()
  }
  return { planId, store, writer, type, kept }
}

describe('what is written', () => {
  test('is on the disk whenever it comes while something else goes there', async () => {
    for (let ticks = 0; ticks < 30; ticks++) {
      const { type, kept } = await begin()
      type('a')
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
      type('b')
      await turn()
      expect(await kept()).toBe('ba')
    }
  })

  test('is whole again where another page has made room of it', async () => {
    const { planId, store, type, kept, writer } = await begin()
    type('a')
    await writer.flush()
    await store.change(planId, () => undefined)
    type('b')
    await writer.flush()
    expect(await kept()).toBe('ba')
    expect((await store.read(planId))?.note.unstored).toEqual({ 'this page': 2 })
  })
})

describe('the mark', () => {
  test('goes when the server has stored everything, with those that were read before, and stays where a page has gone on since', async () => {
    const { planId, store, type, writer } = await begin()
    const marks = async () => (await store.read(planId))?.note.unstored
    await store.change(planId, (note) => note && { ...note, unstored: { gone: 4, writing: 7 } })
    type('a')
    await writer.flush()
    const read = await marks()
    expect(read).toEqual({ gone: 4, writing: 7, 'this page': 1 })
    await store.change(planId, (note) => note && { ...note, unstored: { ...note.unstored, writing: 8 } })
    writer.takeStored(read ?? {})
    await writer.flush()
    expect(await marks()).toEqual({ writing: 8 })
    type('b')
    await writer.flush()
    expect(await marks()).toEqual({ writing: 8, 'this page': 2 })
  })

  test('has a mark that never says more than what is there', async () => {
    const seen: (readonly [number | undefined, number | undefined])[] = []
    const { type, writer } = await begin((store) => ({
      ...store,
      // As a database does: what is noted is worked out after others have had their turn.
      async append(planId, changes, change) {
        await turn()
        const isKept = await store.append(planId, changes, change)
        const read = await store.read(planId)
        seen.push([read?.changes.length, read?.note.unstored['this page']])
        return isKept
      },
    }))
    type('a')
    type('b')
    type('c')
    await writer.flush()
    expect(seen).toEqual([
      [1, 1],
      [3, 3],
    ])
  })
})
