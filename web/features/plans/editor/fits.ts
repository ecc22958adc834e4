import { Node } from '@tiptap/pm/model'
import { prosemirrorJSONToYXmlFragment, yXmlFragmentToProsemirrorJSON } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { planField, planSchema } from '#sync/core/plan/schema.ts'

/**
 * Whether everything in the document is known here. An editor takes what it does not know out of the document, for everybody: text that a newer Drover wrote
 * must not be opened in it.
 */
export function fits(doc: Y.Doc): boolean {
  const body = doc.getXmlFragment(planField)
  if (body.length === 0) return true
  try {
    Node.fromJSON(planSchema(), yXmlFragmentToProsemirrorJSON(body)).check()
    return true
  } catch {
    return false
  }
}

/**
 * Gives a new plan the heading that its title goes into. Every device that does so writes the very same change (the same client, the same clock), so two that
 * begin at once still make one heading.
 */
export function beginPlan(doc: Y.Doc): void {
  if (doc.getXmlFragment(planField).length > 0) return
  const seed = new Y.Doc()
  seed.clientID = 1
  const heading = { type: 'heading', attrs: { level: 1, id: 'title' } }
  prosemirrorJSONToYXmlFragment(planSchema(), { type: 'doc', content: [heading] }, seed.getXmlFragment(planField))
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(seed))
  seed.destroy()
}
