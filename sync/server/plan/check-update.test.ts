import { describe, expect, test } from 'vitest'
import {
  Array as YArray,
  applyUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  Map as YMap,
  mergeUpdates,
  Text,
  XmlElement,
  XmlHook,
  XmlText,
} from 'yjs'
import { planField } from '#sync/core/plan/schema.ts'
import { paragraph } from '#test/plan-client.ts'
import { seeded } from '#test/seed.ts'
import { checkUpdate } from './check-update.ts'

/** A document that was never told of anything. */
function openDoc(clientId?: number): Doc {
  const doc = new Doc()
  if (clientId !== undefined) doc.clientID = clientId
  doc.getXmlFragment(planField)
  return doc
}

/** What `edit` does to a copy of the document, as one update. */
function updateOf(doc: Doc, edit: (copy: Doc) => void): Uint8Array {
  const copy = openDoc()
  applyUpdate(copy, encodeStateAsUpdate(doc))
  const before = encodeStateVector(copy)
  copy.transact(() => edit(copy))
  return encodeStateAsUpdate(copy, before)
}
const body = (doc: Doc) => doc.getXmlFragment(planField)

function written(): Doc {
  const doc = openDoc()
  body(doc).push([paragraph('one'), paragraph('two')])
  return doc
}

describe('what a plan is made of', () => {
  test('is taken: blocks, texts, marks, attributes, and their end', () => {
    const doc = written()
    const edits: ((copy: Doc) => void)[] = [
      (copy) => body(copy).push([paragraph('three')]),
      (copy) => {
        const block = new XmlElement('heading')
        body(copy).insert(0, [block])
        set(block, 'level', 2)
        set(block, 'level', 1)
        set(block, 'id', 'a')
        const text = new XmlText('bold')
        block.insert(0, [text])
        text.format(0, 2, { bold: {} })
        text.format(1, 2, { 'link--abc': { href: 'https://example.test' } })
        text.insert(4, ' more')
      },
      (copy) => {
        const first = body(copy).get(0)
        if (first instanceof XmlElement) {
          const text = first.get(0)
          if (text instanceof XmlText) text.insert(1, 'x')
        }
      },
      (copy) => body(copy).delete(0, 1),
    ]
    for (const edit of edits) {
      const update = updateOf(doc, edit)
      expect(checkUpdate(doc, update)).toMatchObject({ kind: 'takes' })
      applyUpdate(doc, update)
      expect(checkUpdate(doc, update)).toEqual({ kind: 'takes', news: false })
    }
    expect(checkUpdate(openDoc(), encodeStateAsUpdate(doc))).toEqual({ kind: 'takes', news: true })
  })

  const others: Readonly<Record<string, (copy: Doc) => void>> = {
    'another root': (copy) => copy.getMap('settings').set('a', 1),
    'a root of another kind': (copy) => copy.getText('text').insert(0, 'hidden'),
    'an element that the schema does not know': (copy) => body(copy).push([new XmlElement('script')]),
    'a name of the prototype': (copy) => body(copy).push([new XmlElement('constructor')]),
    'a mark that the schema does not know': (copy) => textIn(copy).format(0, 1, { blink: true }),
    'something embedded in a text': (copy) => textIn(copy).insertEmbed(0, { image: 'x' }),
    'a text in the body': (copy) => body(copy).push([new XmlText('loose')]),
    'a hook': (copy) => body(copy).push([new XmlHook('hook') as unknown as XmlElement]),
    'a map as an attribute': (copy) => set(elementIn(copy), 'map', new YMap()),
    'a list as an attribute': (copy) => set(elementIn(copy), 'list', new YArray()),
    'a text as an attribute': (copy) => set(elementIn(copy), 'text', new Text()),
    'bytes as an attribute': (copy) => set(elementIn(copy), 'bytes', Uint8Array.of(1)),
    'a document as an attribute': (copy) => set(elementIn(copy), 'doc', new Doc()),
    'an attribute of a text': (copy) => textIn(copy).setAttribute('a', 1),
    'an attribute of the body': (copy) => {
      const asMap: unknown = body(copy)
      Reflect.apply(XmlElement.prototype.setAttribute, asMap, ['a', 1])
    },
    'elements in each other without end': (copy) => {
      let inside = elementIn(copy)
      for (let n = 0; n < 100; n++) {
        const next = new XmlElement('blockquote')
        inside.insert(0, [next])
        inside = next
      }
    },
  }
  test.each(Object.entries(others))('is not: %s', (_what, edit) => {
    const doc = written()
    expect(checkUpdate(doc, updateOf(doc, edit))).toEqual({ kind: 'malformed' })
  })

  test('is judged where the update leaves it to its neighbours', () => {
    const doc = written()
    const deep = updateOf(doc, (copy) => {
      let inside = elementIn(copy)
      for (let n = 0; n < 50; n++) {
        const next = new XmlElement('blockquote')
        inside.insert(0, [next])
        inside = next
      }
    })
    applyUpdate(doc, deep)
    let inside = elementIn(doc)
    for (let first = inside.get(0); first instanceof XmlElement; first = inside.get(0)) inside = first
    const deeper = (count: number) =>
      updateOf(doc, (copy) => {
        let at = elementIn(copy)
        for (let first = at.get(0); first instanceof XmlElement; first = at.get(0)) at = first
        for (let n = 0; n < count; n++) {
          const next = new XmlElement('blockquote')
          at.insert(at.length, [new XmlElement('paragraph'), next])
          at = next
        }
      })
    expect(checkUpdate(doc, deeper(5)).kind).toBe('takes')
    expect(checkUpdate(doc, deeper(20)).kind).toBe('malformed')
  })
})

describe('what builds on something that is not there', () => {
  test('waits, and is taken once it is', () => {
    const doc = written()
    const first = updateOf(doc, (copy) => body(copy).push([paragraph('three')]))
    const further = openDoc()
    applyUpdate(further, encodeStateAsUpdate(doc))
    applyUpdate(further, first)
    const second = updateOf(further, (copy) => body(copy).push([paragraph('four')]))
    const deletion = updateOf(further, (copy) => body(copy).delete(2, 1))
    for (const update of [second, deletion]) expect(checkUpdate(doc, update)).toEqual({ kind: 'waits' })
    applyUpdate(doc, first)
    for (const update of [second, deletion]) expect(checkUpdate(doc, update).kind).toBe('takes')
  })

  test('waits where an update has a gap, until that is filled', () => {
    const one = openDoc(1)
    const updates: Uint8Array[] = []
    one.on('update', (update: Uint8Array) => updates.push(update))
    for (const text of ['a', 'b', 'c']) body(one).push([paragraph(text)])
    const [first = Uint8Array.of(), second = Uint8Array.of(), third = Uint8Array.of()] = updates
    const doc = openDoc()
    const gapped = mergeUpdates([first, third])
    expect(checkUpdate(doc, gapped)).toEqual({ kind: 'waits' })
    applyUpdate(doc, first)
    applyUpdate(doc, second)
    expect(checkUpdate(doc, gapped)).toEqual({ kind: 'takes', news: true })
  })
})

test('bytes that are no update, or one that was cut or changed anywhere, do no harm', () => {
  const { below } = seeded()
  const doc = written()
  const update = updateOf(doc, (copy) => {
    body(copy).push([paragraph('three'), paragraph('four')])
    textIn(copy).insert(1, 'inside')
    textIn(copy).format(0, 3, { bold: {} })
    body(copy).delete(1, 1)
  })
  for (let turn = 0; turn < 3_000; turn++) {
    const changed = update.slice(0, below(10) === 0 ? below(update.length) : update.length)
    for (let n = 1 + below(4); n > 0; n--) changed[below(changed.length)] = below(256)
    const copy = openDoc()
    applyUpdate(copy, encodeStateAsUpdate(doc))
    if (checkUpdate(copy, changed).kind !== 'takes') continue
    applyUpdate(copy, changed)
    // What is taken is taken whole: nothing is left over that Yjs would keep for ever.
    expect([copy.store.pendingStructs, copy.store.pendingDs]).toEqual([null, null])
    expect(
      body(copy)
        .toArray()
        .every((block) => block instanceof XmlElement),
    ).toBe(true)
    // Forged neighbours may stand in another order elsewhere, as whoever may write can write nonsense; but everybody can read it.
    const again = openDoc()
    applyUpdate(again, encodeStateAsUpdate(copy))
    expect([again.store.pendingStructs, again.store.pendingDs]).toEqual([null, null])
    expect(encodeStateVector(again)).toEqual(encodeStateVector(copy))
  }
})

/** Yjs declares attributes as texts; a plan's may be numbers and more. */
function set(element: XmlElement, name: string, value: unknown): void {
  Reflect.apply(element.setAttribute, element, [name, value])
}

function elementIn(doc: Doc): XmlElement {
  const first = body(doc).get(0)
  if (!(first instanceof XmlElement)) throw new Error('no element')
  return first
}

function textIn(doc: Doc): XmlText {
  const text = elementIn(doc).get(0)
  if (!(text instanceof XmlText)) throw new Error('no text')
  return text
}
