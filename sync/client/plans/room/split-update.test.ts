import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { seeded } from '#test/seed.ts'
import { createTyping } from '#test/plan-typing.ts'
import { textOf } from '#test/plan-device.ts'
import { splitUpdate } from './split-update.ts'

/** Three people who have written and deleted, each knowing some of the others' work. */
function written() {
  const chance = seeded()
  const typing = createTyping(chance)
  const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()]
  for (let n = 0; n < 600; n++) {
    const [one, other] = [docs[chance.below(3)], docs[chance.below(3)]]
    if (one === undefined || other === undefined) throw new Error('no document')
    typing.edit(one)
    if (chance.below(5) === 0) Y.applyUpdate(other, Y.encodeStateAsUpdate(one))
  }
  const [doc = new Y.Doc()] = docs
  for (const other of docs) Y.applyUpdate(doc, Y.encodeStateAsUpdate(other))
  return doc
}

describe('a change that is larger than a message', () => {
  test('is the same in parts that come in their order, none of them larger', () => {
    const doc = written()
    const parts = splitUpdate(Y.encodeStateAsUpdate(doc), 500)
    expect(parts.length).toBeGreaterThan(10)
    // The last one holds what was deleted, by clients and clocks alone.
    expect(Math.max(...parts.slice(0, -1).map((part) => part.byteLength))).toBeLessThanOrEqual(500)
    const copy = new Y.Doc()
    for (const part of parts) Y.applyUpdate(copy, part)
    expect(textOf(copy)).toBe(textOf(doc))
    expect(Y.encodeStateVector(copy)).toEqual(Y.encodeStateVector(doc))
    expect(Y.equalSnapshots(Y.snapshot(copy), Y.snapshot(doc))).toBe(true)
  })

  test('may build on what the other side has', () => {
    const doc = written()
    const copy = new Y.Doc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
    const known = Y.encodeStateVector(copy)
    const typing = createTyping(seeded())
    for (let n = 0; n < 300; n++) typing.edit(doc)
    for (const part of splitUpdate(Y.encodeStateAsUpdate(doc, known), 300)) Y.applyUpdate(copy, part)
    expect(textOf(copy)).toBe(textOf(doc))
  })

  test('stays one where it fits', () => {
    const doc = written()
    const update = Y.encodeStateAsUpdate(doc)
    expect(splitUpdate(update, update.byteLength)).toEqual([update])
  })
})
