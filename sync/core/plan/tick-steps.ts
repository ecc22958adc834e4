import * as Y from 'yjs'
import { planBody } from './body.ts'

/** Ticks the boxes with these names, and changes nothing else. Returns how many were open. */
export function tickSteps(doc: Y.Doc, ids: ReadonlySet<string>, origin?: unknown): number {
  return setSteps(doc, ids, true, origin).changed
}

/** Ticks or opens the boxes with these names. `found`: how many there are. */
export function setSteps(
  doc: Y.Doc,
  ids: ReadonlySet<string>,
  done: boolean,
  origin?: unknown,
): { readonly found: number; readonly changed: number } {
  let [found, changed] = [0, 0]
  doc.transact(() => {
    const open: unknown[] = planBody(doc).toArray()
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (!(next instanceof Y.XmlElement)) continue
      open.push(...next.toArray())
      const id: unknown = next.getAttribute('id')
      if (next.nodeName !== 'taskItem' || typeof id !== 'string' || !ids.has(id)) continue
      found++
      const checked: unknown = next.getAttribute('checked')
      if ((checked === true) === done) continue
      // Attributes of an element may hold any JSON; y-tiptap writes them so, the types only know texts.
      Reflect.apply(next.setAttribute, next, ['checked', done])
      changed++
    }
  }, origin)
  return { found, changed }
}
