import * as Y from 'yjs'
import { planBody } from './body.ts'

/** UTF-16 units of a name. */
const nameLimit = 64

/** Gives headings and steps that have no name, or that of an earlier one, a name of their own. Returns how many. */
export function nameParts(doc: Y.Doc, newId: () => string, origin?: unknown): number {
  const nameless = namelessParts(planBody(doc))
  if (nameless.length === 0) return 0
  doc.transact(() => {
    for (const part of nameless) part.setAttribute('id', newId())
  }, origin)
  return nameless.length
}

function namelessParts(body: Y.XmlFragment): Y.XmlElement[] {
  const taken = new Set<string>()
  const found: Y.XmlElement[] = []
  const open: unknown[] = body.toArray().toReversed()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!(next instanceof Y.XmlElement)) continue
    if (next.nodeName === 'heading' || next.nodeName === 'taskItem') {
      const id: unknown = next.getAttribute('id')
      if (typeof id !== 'string' || id === '' || id.length > nameLimit || taken.has(id)) found.push(next)
      else taken.add(id)
    }
    open.push(...next.toArray().toReversed())
  }
  return found
}
