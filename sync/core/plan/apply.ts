import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { alignKeys } from './alignment/align.ts'
import { createElement } from './alignment/create-element.ts'
import { createKeptNames } from './alignment/kept-names.ts'
import { pairChanged } from './alignment/pair-changed.ts'
import { change, fitting, keyOf, setAttributes, visible, type Work } from './alignment/parts.ts'
import { patchTable } from './alignment/patch-table.ts'
import { patchText } from './alignment/patch-text.ts'
import { planBody } from './body.ts'
import { normalBlock, normalPlan } from './markdown/normal-form.ts'

/**
 * Makes a plan say what `next` says with the smallest change: blocks that say the same stay what they are, with cursors, names and what others write in them; a
 * changed one is changed in place, within lists item by item, within tables cell by cell, within texts word by word. Empty paragraphs, which Markdown does not know,
 * stay. What says the same already is not touched, so a second time changes nothing. Returns whether something was changed.
 *
 * The cost grows with the number of blocks (each is read once), and with the square only of small stretches that changed (`alignKeys`, `pairChanged`).
 */
export function applyToBody(doc: Y.Doc, next: Node, origin?: unknown): boolean {
  return doc.transact((transaction) => {
    const before = changesOf(transaction)
    const work: Work = { doc, names: createKeptNames() }
    patchChildren(work, planBody(doc), visible(normalPlan(next).children), (node) => node)
    work.names.settle()
    return changesOf(transaction) !== before
  }, origin)
}

/** What was written and deleted so far; also right within a transaction that others have begun. */
function changesOf({ doc, deleteSet }: Y.Transaction): number {
  const deleted = [...deleteSet.clients.values()].reduce((sum, items) => sum + items.length, 0)
  return Y.getState(doc.store, doc.clientID) + deleted
}

type Known = { readonly index: number; readonly element: Y.XmlElement; readonly node: Node; readonly key: string }

/**
 * `whole`: a child as a block, for its normal form; an item is looked at as a list with nothing else.
 * `from`: children before this one are no part of it.
 */
function patchChildren(
  work: Work,
  parent: Y.XmlFragment,
  next: readonly Node[],
  whole: (child: Node) => Node,
  from = 0,
): void {
  const known: Known[] = []
  const misfits: number[] = []
  for (const [index, child] of parent.toArray().entries()) {
    if (index < from) continue
    const node = fitting(child)
    if (node === undefined || !(child instanceof Y.XmlElement)) {
      misfits.push(index)
      continue
    }
    const normal = normalBlock(whole(node))
    if (normal.length > 0) known.push({ index, element: child, node, key: keyOf(normal) })
  }
  const nextKeys = next.map((node) => keyOf(normalBlock(whole(node))))
  const same = alignKeys(
    known.map(({ key }) => key),
    nextKeys,
  )
  // The gaps between what stays, from the last to the first, so that the places of those before hold.
  const stops = [[-1, -1] as const, ...same, [known.length, next.length] as const]
  const removed = [...misfits]
  const inserts: { readonly at: number; readonly nodes: Node[] }[] = []
  for (let stop = stops.length - 1; stop > 0; stop--) {
    const [a0, b0] = stops[stop - 1] ?? [-1, -1]
    const [a1, b1] = stops[stop] ?? [0, 0]
    const before = known.slice(a0 + 1, a1)
    const after = next.slice(b0 + 1, b1)
    const pairs = pairChanged(
      before.map(({ node }) => node),
      after,
    )
    for (const [i, j] of pairs) {
      const [was, becomes] = [before[i], after[j]]
      if (was !== undefined && becomes !== undefined) patchNode(work, was.element, was.node, becomes)
    }
    const paired = new Set(pairs.map(([i]) => i))
    removed.push(...before.filter((_, i) => !paired.has(i)).map(({ index }) => index))
    const placed = new Map(pairs.map(([i, j]) => [j, before[i]?.index ?? from]))
    let at = a0 < 0 ? from : (known[a0]?.index ?? 0) + 1
    for (const [j, node] of after.entries()) {
      const place = placed.get(j)
      if (place !== undefined) at = place + 1
      else if (inserts.at(-1)?.at === at && j > 0 && !placed.has(j - 1)) inserts.at(-1)?.nodes.push(node)
      else inserts.push({ at, nodes: [node] })
    }
  }
  change(work, parent, removed, inserts)
}

/** `was` and `next` are of one type, and say something different. */
function patchNode(work: Work, element: Y.XmlElement, was: Node, next: Node): void {
  switch (next.type.name) {
    case 'blockquote':
      patchChildren(work, element, visible(next.children), (node) => node)
      break
    case 'bulletList':
    case 'orderedList':
    case 'taskList':
      setAttributes(element, was, next, ['start'])
      patchChildren(work, element, next.children, (item) => next.type.create(null, [item]))
      break
    case 'listItem':
    case 'taskItem':
      setAttributes(element, was, next, ['checked'])
      patchItem(work, element, next)
      break
    case 'table':
      patchTable(work, element, next, (same, parent, blocks) => patchChildren(same, parent, blocks, (block) => block))
      break
    default:
      if (next.inlineContent)
        patchText(
          work.doc,
          element,
          next.type.create({ ...was.attrs, ...withoutNull(next.attrs), ...codeAttributes(next) }, next.content),
        )
  }
}

/** The first paragraph of an item is its own, also an empty one: an item has to begin with one. */
function patchItem(work: Work, element: Y.XmlElement, next: Node): void {
  const [first, ...rest] = next.children
  if (first === undefined) return
  const child = element.length > 0 ? element.get(0) : undefined
  const node = child === undefined ? undefined : fitting(child)
  if (child instanceof Y.XmlElement && node?.type.name === 'paragraph') {
    if (keyOf(normalBlock(node)) !== keyOf(normalBlock(first))) patchText(work.doc, child, first)
  } else element.insert(0, [createElement(first)])
  patchChildren(work, element, visible(rest), (block) => block, 1)
}

/** Names and what Markdown does not know stay as they were. */
function withoutNull(attrs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attrs).filter(([, value]) => value !== null))
}

function codeAttributes(next: Node): Record<string, unknown> {
  return next.type.name === 'codeBlock' ? { language: next.attrs['language'], meta: next.attrs['meta'] } : {}
}
