import type { Node } from '@tiptap/pm/model'
import { prosemirrorToYXmlFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { readChildren } from './read-body.ts'
import { planField, planSchema } from './schema.ts'

/** The part of a plan's document that holds its text. */
export function planBody(doc: Y.Doc): Y.XmlFragment {
  return doc.getXmlFragment(planField)
}

/**
 * The text of a plan as it is now. Nothing is changed, whatever is in it: what does not fit the schema is shown as far as it fits (y-tiptap deletes it, for everybody).
 */
export function readBody(doc: Y.Doc): Node {
  const blocks = readChildren(planBody(doc))
  return planSchema().node('doc', null, blocks.length > 0 ? blocks : [planSchema().node('paragraph')])
}

/** Replaces the whole text: for a document that is new. `applyToBody` keeps what is the same. */
export function writeBody(doc: Y.Doc, node: Node, origin?: unknown): void {
  doc.transact(() => {
    const body = planBody(doc)
    body.delete(0, body.length)
    prosemirrorToYXmlFragment(node, body)
  }, origin)
}
