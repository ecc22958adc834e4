import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { normalBlock } from '../markdown/normal-form.ts'
import { planSchema } from '../schema.ts'
import { alignKeys } from './align.ts'
import { createElement } from './create-element.ts'
import { change, fitting, keyOf, setAttributes, visible, type Insert, type Work } from './parts.ts'

/** Makes what an element holds say what `next` says. */
type PatchBlocks = (work: Work, parent: Y.XmlElement, next: readonly Node[]) => void

/** Row by row and cell by cell, if it has as many columns as before and no joined cells; else it is another table. */
export function patchTable(work: Work, element: Y.XmlElement, next: Node, patchBlocks: PatchBlocks): void {
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
  const inserts: Insert[] = []
  for (let stop = stops.length - 1; stop > 0; stop--) {
    const [a0, b0] = stops[stop - 1] ?? [-1, -1]
    const [a1, b1] = stops[stop] ?? [0, 0]
    const both = Math.min(a1 - a0, b1 - b0) - 1
    for (let step = 1; step <= both; step++) {
      const row = rows[a0 + step]
      if (row instanceof Y.XmlElement) patchRow(work, row, next.child(b0 + step), patchBlocks)
    }
    for (let index = a0 + 1 + both; index < a1; index++) removed.push(index)
    const nodes = next.children.slice(b0 + 1 + both, b1)
    if (nodes.length > 0) inserts.push({ at: a0 + 1 + both, nodes })
  }
  change(work, element, removed, inserts)
  for (const [index, row] of element.toArray().entries())
    if (row instanceof Y.XmlElement) alignCells(row, next.child(index))
}

function patchRow(work: Work, row: Y.XmlElement, next: Node, patchBlocks: PatchBlocks): void {
  for (const [index, cell] of row.toArray().entries()) {
    const becomes = next.maybeChild(index)
    const was = fitting(cell)
    if (becomes === null || !(cell instanceof Y.XmlElement) || was === undefined) continue
    if (cellKey(was) !== cellKey(becomes)) patchBlocks(work, cell, visible(becomes.children))
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
