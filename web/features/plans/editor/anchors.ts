import type { Editor } from '@tiptap/core'
import {
  ProsemirrorBinding,
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { planQuoteLimit, suggestionLimit, type PlanAnchor } from '#shared/domain/plan-comment.ts'
import { fold } from '../../../state/find.ts'
import { hitsIn } from './find-in-plan.ts'

export type Place = { readonly from: number; readonly to: number }

/** A shorter quote stands in many texts: found once more, it need not be what was meant. */
const leastFound = 16

/** What is selected, to be commented; `undefined` where nothing is, or no words are in it. */
export function anchorOf(editor: Editor): PlanAnchor | undefined {
  const { from, to, empty } = editor.state.selection
  const binding = bindingOf(editor)
  const quote = quoteOf(editor, { from, to })
  if (empty || binding === undefined || quote === '') return undefined
  const at = (pos: number): Y.RelativePosition => absolutePositionToRelativePosition(pos, binding.type, binding.mapping)
  // Each end holds on to the letter inside of it, so that what is written before or behind is no part of it.
  const start = Y.createAbsolutePositionFromRelativePosition(at(from), binding.doc)
  const inner = start === null ? at(from) : Y.createRelativePositionFromTypeIndex(start.type, start.index, 0)
  return { start: toBase64(inner), end: toBase64(at(to)), quote }
}

/** The very words that are selected, where others can be suggested for them: letters of one paragraph. */
export function wordsOf(editor: Editor): string | undefined {
  const { $from, $to, from, to } = editor.state.selection
  if (!$from.sameParent($to) || !$from.parent.isTextblock) return undefined
  let isText = true
  editor.state.doc.nodesBetween(from, to, (node) => {
    if (node.isInline && !node.isText) isText = false
  })
  const words = editor.state.doc.textBetween(from, to)
  return isText && words.trim() !== '' && words.length <= suggestionLimit ? words : undefined
}

/** Where the text of an anchor is now; `undefined`: it is gone. */
export function placeOf(editor: Editor, { start, end, quote }: PlanAnchor): Place | undefined {
  const binding = bindingOf(editor)
  if (binding === undefined) return undefined
  const [from, to] = [resolve(binding, start), resolve(binding, end)]
  const size = editor.state.doc.content.size
  if (from !== undefined && to !== undefined && from < to && to <= size && quoteOf(editor, { from, to }) !== '')
    return { from, to }
  // A block that was split, or brought back by somebody's undo or from a version, has its words as new letters.
  if (quote.length < leastFound) return undefined
  const hits = hitsIn(editor.state.doc, fold(quote))
  return hits.length === 1 ? hits[0] : undefined
}

function quoteOf(editor: Editor, { from, to }: Place): string {
  return editor.state.doc.textBetween(from, to, ' ').trim().slice(0, planQuoteLimit).trimEnd()
}

/** The section that a place is in: the heading before it. */
export function sectionAt(editor: Editor, { from }: Place): string | undefined {
  let found: string | undefined
  editor.state.doc.nodesBetween(0, from, (node) => {
    if (node.type.name === 'heading') found = node.textContent.trim()
    return !node.isTextblock
  })
  return found === '' ? undefined : found
}

function resolve({ doc, type, mapping }: ProsemirrorBinding, place: string): number | undefined {
  try {
    const relative = Y.decodeRelativePosition(Uint8Array.from(atob(place), (letter) => letter.charCodeAt(0)))
    return relativePositionToAbsolutePosition(doc, type, relative, mapping) ?? undefined
  } catch {
    // A place comes from another device: what can't be read is nowhere.
    return undefined
  }
}

function bindingOf(editor: Editor): ProsemirrorBinding | undefined {
  const sync: unknown = ySyncPluginKey.getState(editor.state)
  const binding: unknown = typeof sync === 'object' && sync !== null ? Reflect.get(sync, 'binding') : undefined
  return binding instanceof ProsemirrorBinding ? binding : undefined
}

function toBase64(position: Y.RelativePosition): string {
  return btoa(String.fromCharCode(...Y.encodeRelativePosition(position)))
}
