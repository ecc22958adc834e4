import * as Y from 'yjs'
import { planBody } from './body.ts'

/** Ticks the boxes with these names, and changes nothing else. Returns how many were open. */
export function tickSteps(doc: Y.Doc, ids: ReadonlySet<string>, origin?: unknown): number {
  let ticked = 0
  doc.transact(() => {
    const open: unknown[] = planBody(doc).toArray()
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (!(next instanceof Y.XmlElement)) continue
      open.push(...next.toArray())
      const id: unknown = next.getAttribute('id')
      if (next.nodeName !== 'taskItem' || typeof id !== 'string' || !ids.has(id)) continue
      const checked: unknown = next.getAttribute('checked')
      if (checked === true) continue
      // Attributes of an element may hold any JSON; y-tiptap writes them so, the types only know texts.
      Reflect.apply(next.setAttribute, next, ['checked', true])
      ticked++
    }
  }, origin)
  return ticked
}
