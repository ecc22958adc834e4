import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { readPart } from '../read-body.ts'
import { createElement } from './create-element.ts'
import type { KeptNames } from './kept-names.ts'

/** One change of a document. */
export type Work = { readonly doc: Y.Doc; readonly names: KeptNames }

export type Insert = { readonly at: number; readonly nodes: readonly Node[] }

/** Places are those of before; nothing is inserted in front of what is removed at the same place. */
export function change(
  work: Work,
  parent: Y.XmlFragment,
  removed: readonly number[],
  inserts: readonly Insert[],
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

/** The node that an element is, if it is one of the schema without anything that does not fit. */
export function fitting(child: unknown): Node | undefined {
  if (!(child instanceof Y.XmlElement)) return undefined
  const [node, ...more] = readPart(child)
  return node !== undefined && more.length === 0 && node.type.name === child.nodeName ? node : undefined
}

/** Blocks of text without a text are no blocks to Markdown. */
export function visible(blocks: readonly Node[]): Node[] {
  return blocks.filter((block) => block.type.name !== 'paragraph' || block.childCount > 0)
}

/** Two blocks with the same key say the same. */
export function keyOf(blocks: readonly Node[]): string {
  return JSON.stringify(blocks.map((block) => block.toJSON()))
}

export function setAttributes(element: Y.XmlElement, was: Node, next: Node, names: readonly string[]): void {
  for (const name of names) {
    const value: unknown = next.attrs[name]
    if (value === undefined || value === was.attrs[name]) continue
    if (value === null) element.removeAttribute(name)
    // Yjs keeps values of any kind, whatever its types say.
    else element.setAttribute(name, value as string)
  }
}
