import { fromBase64 } from 'lib0/buffer'
import * as Y from 'yjs'
import type { PlanAnchor } from '#shared/domain/plan-comment.ts'
import { replaceStretch } from './alignment/patch-text.ts'
import { planBody } from './body.ts'
import { findWords, lettersOf, type WordsPlace } from './find-words.ts'

/** A shorter quote stands in many texts: found once more, it need not be what was meant. */
const leastFound = 16

/**
 * Puts other words in the place of those that a suggestion is about, as the smallest change: what stays of them keeps its letters, and what is put in
 * has the marks of what it replaces. `said`: they stand there already. `changed`: the words are gone, or others by now; nothing is done.
 */
export function applySuggestion(
  doc: Y.Doc,
  { anchor, from, to }: { readonly anchor: PlanAnchor; readonly from: string; readonly to: string },
): 'applied' | 'said' | 'changed' {
  // Yjs takes the root for what it is only once it was asked for.
  const body = planBody(doc)
  const place = placeOf(doc, body, anchor)
  const words = place === undefined ? undefined : lettersOf(place.text).slice(place.at, place.until)
  if (words === to) return 'said'
  const found = words === from ? place : foundOnce(doc, from)
  if (found === undefined) return 'changed'
  const { text, at } = found
  // A line break in a paragraph is a node of its own: only in code it is a letter.
  const next = from.includes('\n') ? to : to.replaceAll(/\s*\n\s*/g, ' ')
  const marks = marksOf(text)
  doc.transact(() => replaceStretch(text, at, from, next, (index) => marks(index)))
  return 'applied'
}

function placeOf(
  doc: Y.Doc,
  body: Y.XmlFragment,
  { start, end }: PlanAnchor,
): (WordsPlace & { readonly until: number }) | undefined {
  const [from, to] = [absolute(doc, body, start), absolute(doc, body, end)]
  if (from === undefined || to === undefined || from.text !== to.text || from.at > to.at) return undefined
  return { ...from, until: to.at }
}

function absolute(doc: Y.Doc, body: Y.XmlFragment, place: string): WordsPlace | undefined {
  try {
    const found = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(fromBase64(place)), doc)
    return found !== null && found.type instanceof Y.XmlText && isIn(found.type, body)
      ? { text: found.type, at: found.index }
      : undefined
  } catch {
    // A place comes from a device: what can't be read is nowhere.
    return undefined
  }
}

/** Text of a block that was deleted is still a text, and nowhere. */
function isIn(text: Y.XmlText, body: Y.XmlFragment): boolean {
  for (let type: Y.AbstractType<unknown> | null = text as Y.AbstractType<unknown>; type !== null;) {
    const item: Y.Item | null = type._item
    if (item === null) return type === body
    if (item.deleted) return false
    type = item.parent instanceof Y.AbstractType ? (item.parent as Y.AbstractType<unknown>) : null
  }
  return false
}

/** A block that was split, or brought back, has its words as new letters. */
function foundOnce(doc: Y.Doc, words: string): WordsPlace | undefined {
  if (words.length < leastFound) return undefined
  const places = findWords(doc, words)
  return places.length === 1 ? places[0] : undefined
}

function marksOf(text: Y.XmlText): (index: number) => Readonly<Record<string, unknown>> | undefined {
  const delta: unknown = text.toDelta()
  const stretches: { readonly until: number; readonly marks: Readonly<Record<string, unknown>> | undefined }[] = []
  let until = 0
  for (const piece of Array.isArray(delta) ? (delta as readonly unknown[]) : []) {
    if (typeof piece !== 'object' || piece === null || !('insert' in piece)) continue
    until += typeof piece.insert === 'string' ? piece.insert.length : 1
    const marks: unknown = Reflect.get(piece, 'attributes')
    stretches.push({ until, marks: typeof marks === 'object' && marks !== null ? { ...marks } : undefined })
  }
  return (index) => stretches.find((stretch) => index < stretch.until)?.marks
}
