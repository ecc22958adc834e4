import {
  ContentAny,
  ContentBinary,
  ContentDeleted,
  ContentDoc,
  ContentEmbed,
  ContentFormat,
  ContentJSON,
  ContentString,
  ContentType,
  decodeUpdate,
  Doc,
  getItem,
  getState,
  type ID,
  Item,
  Skip,
  XmlElement,
  XmlFragment,
  XmlText,
} from 'yjs'
import { planField, planSchema } from '#sync/core/plan/schema.ts'

/**
 * What an update would do to a document, before it does anything.
 * - `takes`: it fits. `news`: it holds something that the document does not have; deletions may be new without it.
 * - `waits`: it builds on what the document does not have yet.
 * - `malformed`: it is no update, or of something that a plan is not made of.
 */
export type UpdateVerdict =
  | { readonly kind: 'takes'; readonly news: boolean }
  | { readonly kind: 'waits' }
  | { readonly kind: 'malformed' }

/** Elements within each other. No list that a person writes goes so deep, and what reads a plan goes down by calls. */
const maxDepth = 60

type Struct = ReturnType<typeof decodeUpdate>['structs'][number]
/** Where content stands. `gone`: in something that was deleted, so that it is nowhere. */
type Place =
  | { readonly in: 'body' | 'element'; readonly depth: number; readonly attribute: boolean }
  | { readonly in: 'text' | 'gone'; readonly depth: number; readonly attribute: boolean }

const malformed: UpdateVerdict = { kind: 'malformed' }
const waits: UpdateVerdict = { kind: 'waits' }

/**
 * Judges by the kinds of content: nodes and marks of the schema, in the root that a plan has. Which node stands in which is not judged, since what
 * two people write at once may not fit either; the editor mends that.
 *
 * Yjs itself keeps what it can't use yet for ever, and breaks off in the middle of an update that is wrong; so nothing that is either reaches it.
 */
export function checkUpdate(doc: Doc, update: Uint8Array): UpdateVerdict {
  const decoded = decode(update)
  if (decoded === undefined) return malformed
  const { structs, ds } = decoded
  const byClient = new Map<number, Struct[]>()
  let news = false
  let isReady = true
  for (const struct of structs) {
    const known = byClient.get(struct.id.client)
    const next = known?.at(-1)
    const from = next === undefined ? getState(doc.store, struct.id.client) : next.id.clock + next.length
    if (struct.id.clock > from) isReady = false
    if (next !== undefined && struct.id.clock !== from) return malformed
    if (struct.id.clock + struct.length > getState(doc.store, struct.id.client)) {
      news = true
      // A gap of a merged update: what should stand there comes with another one.
      if (struct instanceof Skip) isReady = false
    }
    if (known === undefined) byClient.set(struct.id.client, [struct])
    else known.push(struct)
  }
  const stateOf = (client: number): number => {
    const last = byClient.get(client)?.at(-1)
    return Math.max(getState(doc.store, client), last === undefined ? 0 : last.id.clock + last.length)
  }
  for (const struct of structs) {
    if (!(struct instanceof Item)) continue
    if (!isContentOfPlan(struct)) return malformed
    for (const id of [struct.origin, struct.rightOrigin, idOf(struct.parent)]) {
      if (id === null) continue
      if (id.client === struct.id.client && id.clock >= struct.id.clock) return malformed
      if (id.clock >= stateOf(id.client)) isReady = false
    }
  }
  for (const [client, items] of ds.clients)
    for (const { clock, len } of items) if (clock + len > stateOf(client)) isReady = false
  if (!isReady) return waits
  return standsWhereItMay(doc, byClient, structs) ? { kind: 'takes', news } : malformed
}

/** A document that nothing was written in, with the roots that a plan has. */
export function openDocument(): Doc {
  const doc = new Doc({ gc: true })
  doc.getXmlFragment(planField)
  return doc
}

function decode(update: Uint8Array): ReturnType<typeof decodeUpdate> | undefined {
  try {
    return decodeUpdate(update)
  } catch {
    return undefined
  }
}

/** Of an item that was only decoded, what Yjs declares as its parent is the id of it, or the name of a root. */
function idOf(parent: unknown): ID | null {
  return typeof parent === 'object' && parent !== null && 'client' in parent && 'clock' in parent
    ? (parent as ID)
    : null
}

function isContentOfPlan({ content, parent }: Item): boolean {
  const root: unknown = parent
  if (typeof root === 'string' && root !== planField) return false
  const { nodes, marks } = planSchema()
  if (content instanceof ContentType) {
    const { type } = content
    if (type instanceof XmlText) return true
    return type instanceof XmlElement && Object.hasOwn(nodes, type.nodeName)
  }
  // One mark that overlaps itself has a second part to its name: `name--hash`.
  if (content instanceof ContentFormat) return Object.hasOwn(marks, content.key.split('--', 1)[0] ?? '')
  if (content instanceof ContentBinary || content instanceof ContentDoc) return false
  if (content instanceof ContentEmbed || content instanceof ContentJSON) return false
  return content instanceof ContentString || content instanceof ContentAny || content instanceof ContentDeleted
}

/** Whether text is in texts, nodes are in nodes, and values are attributes, none of it too deep. */
function standsWhereItMay(
  doc: Doc,
  byClient: ReadonlyMap<number, readonly Struct[]>,
  structs: readonly Struct[],
): boolean {
  const places = createPlaces(doc, byClient)
  for (const struct of structs) {
    if (!(struct instanceof Item)) continue
    const place = places.of(struct)
    if (place === undefined) return false
    if (place.in === 'gone' || struct.content instanceof ContentDeleted) continue
    if (!fits(struct.content, place)) return false
  }
  return true
}

function fits(content: Item['content'], place: Place): boolean {
  if (place.attribute) return place.in === 'element' && content instanceof ContentAny
  if (place.in === 'text') return content instanceof ContentString || content instanceof ContentFormat
  if (!(content instanceof ContentType) || place.depth >= maxDepth) return false
  return content.type instanceof XmlElement || place.in === 'element'
}

/**
 * Where the items of an update stand. An item either says its parent, or has that of its neighbours, which may be in the document already. The way
 * there is gone without calls: it can be as long as the update.
 */
function createPlaces(
  doc: Doc,
  byClient: ReadonlyMap<number, readonly Struct[]>,
): { of(item: Item): Place | undefined } {
  const known = new Map<Struct, Place>()

  function find(id: ID): Struct | undefined {
    if (id.clock < getState(doc.store, id.client)) return getItem(doc.store, id)
    const list = byClient.get(id.client) ?? []
    let [low, high] = [0, list.length - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      const struct = list[middle]
      if (struct === undefined) return undefined
      if (id.clock < struct.id.clock) high = middle - 1
      else if (id.clock >= struct.id.clock + struct.length) low = middle + 1
      else return struct
    }
    return undefined
  }

  /** What decides where this one stands; a place where that is known. */
  function step(struct: Struct): Place | Struct | undefined {
    if (!(struct instanceof Item)) return gone
    const parent: unknown = struct.parent
    if (parent === planField) return { in: 'body', depth: 0, attribute: struct.parentSub !== null }
    if (parent instanceof XmlText || parent instanceof XmlFragment) return placeIn(doc, parent, struct.parentSub)
    const id = idOf(parent)
    if (id !== null) return find(id)
    const beside = struct.origin ?? struct.rightOrigin
    return beside === null ? gone : find(beside)
  }

  return {
    of(item) {
      const way: { readonly struct: Struct; readonly into: boolean }[] = []
      let at: Struct = item
      let place = known.get(at)
      // A ring of items that stand in each other ends here too: there are no more steps than structs.
      for (const seen = new Set<Struct>(); place === undefined;) {
        if (seen.has(at)) return undefined
        seen.add(at)
        const next = step(at)
        if (next === undefined) return undefined
        if (isPlace(next)) {
          place = next
          known.set(at, next)
          break
        }
        way.push({ struct: at, into: at instanceof Item && idOf(at.parent) !== null })
        at = next
        place = known.get(at)
      }
      for (const { struct, into } of way.toReversed()) {
        place = into ? placeUnder(at, place, struct) : place
        known.set(struct, place)
        at = struct
      }
      return place
    },
  }
}

const gone: Place = { in: 'gone', depth: 0, attribute: false }

function isPlace(value: Place | Struct): value is Place {
  return 'in' in value
}

/** Where a child of `parent`, which stands at `place`, stands. */
function placeUnder(parent: Struct, place: Place, child: Struct): Place {
  if (!(parent instanceof Item) || !(parent.content instanceof ContentType) || place.in === 'gone') return gone
  const attribute = child instanceof Item && child.parentSub !== null
  return { in: parent.content.type instanceof XmlText ? 'text' : 'element', depth: place.depth + 1, attribute }
}

function placeIn(doc: Doc, parent: XmlText | XmlFragment, parentSub: string | null): Place {
  let depth = 0
  for (let above = parent._item; above !== null && depth <= maxDepth; depth++) {
    const next: unknown = above.parent
    if (!(next instanceof XmlFragment)) break
    above = next._item
  }
  const attribute = parentSub !== null
  if (parent instanceof XmlText) return { in: 'text', depth, attribute }
  return { in: parent === doc.getXmlFragment(planField) ? 'body' : 'element', depth, attribute }
}
