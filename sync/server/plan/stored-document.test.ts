import { expect, test } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { PlanId, TeamId } from '#shared/ids.ts'
import { newId } from '#test/world.ts'
import type { PlanStore } from './plan-store.ts'
import { createStoredDocument } from './stored-document.ts'

const plan = { teamId: TeamId.parse(newId()), planId: PlanId.parse(newId()) }

function open(read: PlanStore['read']) {
  const store: PlanStore = { read, append: async () => ({ seq: 1, logged: 1 }), compact: async () => undefined }
  const deps = { store, now: () => 1, onError: () => undefined, wait: async () => undefined }
  return createStoredDocument(deps, plan, 1_000_000)
}
function saying(text: string): Uint8Array {
  const doc = new Doc()
  doc.getText('probe').insert(0, text)
  return encodeStateAsUpdate(doc)
}

test('what is heard while the store is read is read after it', async () => {
  const updates = [saying('one'), saying('two')]
  let reads = 0
  const document = open(async (_plan, after) => {
    const seq = ++reads
    // The second is stored, and told, after the first look has begun.
    if (reads === 1) document.hear(2)
    return { seq, updates: updates.slice(after, seq), logged: seq, bytes: 10 }
  })
  document.hear(1)
  await document.follow()
  expect([document.seq(), document.isBehind()]).toEqual([1, true])
  await document.follow()
  expect([document.seq(), document.isBehind()]).toEqual([2, false])
  expect(document.doc().getText('probe').toJSON()).toMatch(/one|two/)
})

test('what was heard of and is gone is not asked for again', async () => {
  const document = open(async () => ({ seq: 0, updates: [], logged: 0, bytes: 0 }))
  document.hear(5)
  await document.follow()
  expect([document.seq(), document.isBehind()]).toEqual([0, false])
})
