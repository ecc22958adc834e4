import * as Y from 'yjs'
import { assert } from '#shared/assert.ts'
import { planBody } from './body.ts'

/**
 * Applies an agent's rewrite to the document as it is by now. What people have written since the agent read it (`base`) lives on in every block that the
 * agent kept or reworded; where it took a block away, or made it anew, in which somebody has written meanwhile, that text stands again at that place.
 * Whoever reads it decides: nothing of theirs is gone. Returns how many texts were put back.
 */
export function mergeRewrite(doc: Y.Doc, base: Uint8Array, update: Uint8Array, origin?: unknown): number {
  const written = writtenSince(doc, base)
  let restored = 0
  doc.transact(() => {
    Y.applyUpdate(doc, update, origin)
    for (const { copy, texts, before } of written) {
      if (!texts.some(isGone)) continue
      const body = planBody(doc)
      // Behind the nearest block before it that is still there.
      const last = body.toArray().findLastIndex((block) => before.has(block))
      body.insert(last + 1, [copy])
      restored++
    }
  }, origin)
  return restored
}

type Written = {
  /** The paragraph, heading or code as it was. */
  readonly copy: Y.XmlElement
  readonly texts: readonly Y.XmlText[]
  /** The blocks of the document before it. */
  readonly before: ReadonlySet<unknown>
}

/** Blocks of text with something in them that `base` had not. */
function writtenSince(doc: Y.Doc, base: Uint8Array): readonly Written[] {
  const known = Y.decodeStateVector(Y.encodeStateVectorFromUpdate(base))
  const written: Written[] = []
  const before = new Set<unknown>()
  for (const block of planBody(doc).toArray()) {
    const byParent = Map.groupBy(
      textsIn(block).filter((text) => hasNewer(text, known)),
      (text) => text.parent,
    )
    for (const [parent, texts] of byParent)
      if (parent instanceof Y.XmlElement) written.push({ copy: copyOf(parent), texts, before: new Set(before) })
    before.add(block)
  }
  return written
}

function copyOf(element: Y.XmlElement): Y.XmlElement {
  const copy = element.clone()
  assert(copy instanceof Y.XmlElement, 'the copy of an element is one')
  return copy
}

function hasNewer(text: Y.XmlText, known: ReadonlyMap<number, number>): boolean {
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue
    if (item.id.clock + item.length > (known.get(item.id.client) ?? 0)) return true
  }
  return false
}

/** It, or something that it lies in, was taken away. */
function isGone(text: Y.XmlText): boolean {
  for (let at = text._item; at !== null; at = at.parent instanceof Y.AbstractType ? at.parent._item : null)
    if (at.deleted) return true
  return false
}

function textsIn(block: unknown): Y.XmlText[] {
  const found: Y.XmlText[] = []
  const open: unknown[] = [block]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next instanceof Y.XmlText) found.push(next)
    if (next instanceof Y.XmlElement) open.push(...next.toArray().toReversed())
  }
  return found
}
