import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { alignKeys } from './alignment/align.ts'
import { createElement } from './alignment/create-element.ts'
import { createKeptNames, type KeptNames } from './alignment/kept-names.ts'
import { pairChanged } from './alignment/pair-changed.ts'
import { patchText } from './alignment/patch-text.ts'
import { planBody } from './body.ts'
import { normalBlock, normalPlan } from './markdown/normal-form.ts'
import { readPart } from './read-body.ts'
import { planSchema } from './schema.ts'

type Work = { readonly doc: Y.Doc; readonly names: KeptNames }

/**
 * Makes a plan say what `next` says with the smallest change: blocks that say the same stay what they are, with cursors, names and what others write in them; a
 * changed one is changed in place, within lists item by item, within tables cell by cell, within texts word by word. Empty paragraphs, which Markdown does not know,
 * stay. What says the same already is not touched, so a second time changes nothing. Returns whether something was changed.
 *
 * The cost grows with the number of blocks (each is read once), and with the square only of small stretches that changed (`alignKeys`, `pairChanged`).
 */
export function applyToBody(doc: Y.Doc, next: Node, origin?: unknown): boolean {
  let changed = false
  const note = (_update: Uint8Array): void => {
    changed = true
  }
  doc.on('update', note)
  try {
    doc.transact(() => {
      const work: Work = { doc, names: createKeptNames() }
      patchChildren(work, planBody(doc), visible(normalPlan(next).children), (node) => node)
      work.names.settle()
    }, origin)
  } finally {
    doc.off('update', note)
  }
  return changed
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

/** Places are those of before; nothing is inserted in front of what is removed at the same place. */
function change(
  work: Work,
  parent: Y.XmlFragment,
  removed: readonly number[],
  inserts: readonly { readonly at: number; readonly nodes: readonly Node[] }[],
): void {
  const steps = [
    ...removed.map((at) => ({ at, nodes: undefined })),
    ...inserts.map(({ at, nodes }) => ({ at, nodes })),
  ].sort((a, b) => b.at - a.at || (a.nodes === undefined ? -1 : 1) - (b.nodes === undefined ? -1 : 1))
  for (const { at, nodes } of steps) {
    if (nodes === undefined) {
      work.names.lose(parent.get(at))
      parent.delete(at, 1)
      continue
    }
    const elements = nodes.map(createElement)
    parent.insert(at, elements)
    for (const element of elements) work.names.want(element)
  }
  if (parent instanceof Y.XmlElement && parent.length === 0 && parent.nodeName !== 'tableRow')
    parent.insert(0, [new Y.XmlElement('paragraph')])
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
      patchTable(work, element, next)
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

/** Row by row and cell by cell, if it has as many columns as before and no joined cells; else it is another table. */
function patchTable(work: Work, element: Y.XmlElement, next: Node): void {
  const rows = element.toArray()
  const width = next.firstChild?.childCount
  const was = rows.map((row) => fitting(row))
  const regular = was.every((row) => row !== undefined && row.childCount === width && row.children.every(isSingle))
  if (!regular) {
    replaceChildren(work, element, next)
    return
  }
  const known = was.map((row) => (row === undefined ? undefined : rowKey(row)))
  const same = alignKeys(
    known.map((key, index) => key ?? `misfit ${index}`),
    next.children.map(rowKey),
  )
  const stops = [[-1, -1] as const, ...same, [rows.length, next.childCount] as const]
  const removed: number[] = []
  const inserts: { readonly at: number; readonly nodes: Node[] }[] = []
  for (let stop = stops.length - 1; stop > 0; stop--) {
    const [a0, b0] = stops[stop - 1] ?? [-1, -1]
    const [a1, b1] = stops[stop] ?? [0, 0]
    const both = Math.min(a1 - a0, b1 - b0) - 1
    for (let step = 1; step <= both; step++) {
      const row = rows[a0 + step]
      if (row instanceof Y.XmlElement) patchRow(work, row, next.child(b0 + step))
    }
    for (let index = a0 + 1 + both; index < a1; index++) removed.push(index)
    const nodes = next.children.slice(b0 + 1 + both, b1)
    if (nodes.length > 0) inserts.push({ at: a0 + 1 + both, nodes })
  }
  change(work, element, removed, inserts)
  for (const [index, row] of element.toArray().entries())
    if (row instanceof Y.XmlElement) alignCells(row, next.child(index))
}

function patchRow(work: Work, row: Y.XmlElement, next: Node): void {
  for (const [index, cell] of row.toArray().entries()) {
    const becomes = next.maybeChild(index)
    const was = fitting(cell)
    if (becomes === null || !(cell instanceof Y.XmlElement) || was === undefined) continue
    if (cellKey(was) !== cellKey(becomes)) patchChildren(work, cell, visible(becomes.children), (block) => block)
  }
}

function alignCells(row: Y.XmlElement, next: Node): void {
  for (const [index, cell] of row.toArray().entries()) {
    const becomes = next.maybeChild(index)
    const was = fitting(cell)
    if (becomes !== null && cell instanceof Y.XmlElement && was !== undefined)
      setAttributes(cell, was, becomes, ['align'])
  }
}

function replaceChildren(work: Work, element: Y.XmlElement, next: Node): void {
  work.names.lose(element)
  element.delete(0, element.length)
  element.insert(0, next.children.map(createElement))
}

/** A cell that covers no others. */
function isSingle(cell: Node): boolean {
  return cell.attrs['colspan'] === 1 && cell.attrs['rowspan'] === 1
}

/** What each cell says on its line. */
function rowKey(row: Node): string {
  return row.children.map(cellKey).join('\n')
}

function cellKey(cell: Node): string {
  const schema = planSchema()
  return keyOf(
    normalBlock(schema.node('table', null, [schema.node('tableRow', null, [cell.type.create(null, cell.content)])])),
  )
}

/** The node that an element is, if it is one of the schema without anything that does not fit. */
function fitting(child: unknown): Node | undefined {
  if (!(child instanceof Y.XmlElement)) return undefined
  const [node, ...more] = readPart(child)
  return node !== undefined && more.length === 0 && node.type.name === child.nodeName ? node : undefined
}

/** Blocks of text without a text are no blocks to Markdown. */
function visible(blocks: readonly Node[]): Node[] {
  return blocks.filter((block) => block.type.name !== 'paragraph' || block.childCount > 0)
}

/** Two blocks with the same key say the same. */
function keyOf(blocks: readonly Node[]): string {
  return JSON.stringify(blocks.map((block) => block.toJSON()))
}

function setAttributes(element: Y.XmlElement, was: Node, next: Node, names: readonly string[]): void {
  for (const name of names) {
    const value: unknown = next.attrs[name]
    if (value === undefined || value === was.attrs[name]) continue
    if (value === null) element.removeAttribute(name)
    // Yjs keeps values of any kind, whatever its types say.
    else element.setAttribute(name, value as string)
  }
}

/** Names and what Markdown does not know stay as they were. */
function withoutNull(attrs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attrs).filter(([, value]) => value !== null))
}

function codeAttributes(next: Node): Record<string, unknown> {
  return next.type.name === 'codeBlock' ? { language: next.attrs['language'], meta: next.attrs['meta'] } : {}
}
