import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { arbitraryPlan } from '#test/plans/arbitrary-plan.ts'
import { planBody, readBody, writeBody } from './body.ts'
import { writePlan } from './markdown.ts'
import { normalPlan } from './markdown/normal-form.ts'
import { nameParts } from './names.ts'
import { planSchema } from './schema.ts'

const el = (
  name: string,
  attrs: Record<string, unknown> = {},
  children: (Y.XmlElement | Y.XmlText | string)[] = [],
) => {
  const element = new Y.XmlElement<Record<string, string>>(name)
  // Yjs keeps values of any kind, whatever its types say.
  for (const [key, value] of Object.entries(attrs)) element.setAttribute(key, value as string)
  element.insert(
    0,
    children.map((child) => (typeof child === 'string' ? new Y.XmlText(child) : child)),
  )
  return element as Y.XmlElement
}
const bodyOf = (...children: (Y.XmlElement | Y.XmlText)[]): Y.Doc => {
  const doc = new Y.Doc()
  planBody(doc).insert(0, children)
  return doc
}

describe('a document', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        const doc = new Y.Doc()
        writeBody(doc, normalPlan(plan))
        expect(readBody(doc).toJSON()).toEqual(normalPlan(plan).toJSON())
      }),
      { numRuns: 200 },
    )
  })

  test('is read as one of the schema whatever is in it, and stays as it is', () => {
    const names = [...Object.keys(planSchema().nodes), 'unknown', 'script', '__proto__', 'constructor', '']
    const attrs = fc.dictionary(
      fc.constantFrom('level', 'checked', 'id', 'start', 'src', 'align', 'colspan', 'language', '__proto__', 'x'),
      fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.constant(null), fc.constant({ a: 1 })),
      { maxKeys: 3 },
    )
    type Tree = { name: string; attrs: Record<string, unknown>; children: (Tree | string)[] }
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.record({
        name: fc.constantFrom(...names),
        attrs,
        children: fc.array(fc.oneof({ maxDepth: 4 }, fc.string(), tie('tree')), { maxLength: 3 }),
      }),
    }))
    const build = (node: Tree | string): Y.XmlElement | Y.XmlText =>
      typeof node === 'string' ? new Y.XmlText(node) : el(node.name, node.attrs, node.children.map(build))
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (trees) => {
        const doc = bodyOf(...trees.map(build))
        const before = Y.encodeStateAsUpdate(doc)
        readBody(doc).check()
        writePlan(readBody(doc))
        expect(Y.encodeStateAsUpdate(doc)).toEqual(before)
      }),
      { numRuns: 300 },
    )
  })

  test('keeps the texts of what does not fit', () => {
    const doc = bodyOf(
      new Y.XmlText('loose'),
      el('listItem', {}, ['stray item']),
      el('bulletList', {}, [
        el('paragraph', {}, ['in a list']),
        el('taskItem', { checked: true }, [el('heading', {}, ['a step'])]),
      ]),
      el('widget', {}, [el('paragraph', {}, ['of tomorrow'])]),
      el('table', {}, [el('tableCell', {}, ['cell'])]),
    )
    const text = readBody(doc).textBetween(0, readBody(doc).content.size, ' ')
    for (const part of ['loose', 'stray item', 'in a list', 'a step', 'of tomorrow', 'cell'])
      expect(text).toContain(part)
  })

  test('has a paragraph in the cell that a row within a row becomes', () => {
    const plan = readBody(
      bodyOf(el('tableRow', {}, [el('tableRow')]), el('table', {}, [el('tableRow', {}, [el('tableRow')])])),
    )
    plan.check()
    expect(plan.toString()).toContain('tableCell(paragraph)')
  })

  test('is read where it holds marks, pieces and depths that nobody knows', () => {
    const text = new Y.XmlText()
    text.applyDelta([
      { insert: 'a', attributes: { bold: {}, blink: true, toString: {}, link: 'no' } },
      { insert: { image: 'x' } },
    ])
    let deep = el('paragraph', {}, ['deep'])
    for (let n = 0; n < 1_000; n++) deep = el('blockquote', {}, [deep])
    const doc = bodyOf(el('paragraph', {}, [text]), deep)
    const plan = readBody(doc)
    plan.check()
    expect(plan.firstChild?.textContent).toBe('a')
  })

  test('that is empty is an empty paragraph', () => {
    expect(readBody(new Y.Doc()).toString()).toBe('doc(paragraph)')
  })
})

describe('names', () => {
  test('are given to sections and steps that have none or that of another', () => {
    const doc = bodyOf(
      el('heading', { id: 'a' }, ['One']),
      el('heading', { id: 'a' }, ['Two']),
      el('taskList', {}, [
        el('taskItem', {}, [el('paragraph', {}, ['x']), el('taskList', {}, [el('taskItem', { id: 7 }, ['y'])])]),
      ]),
    )
    let next = 0
    expect(nameParts(doc, () => `n${++next}`)).toBe(3)
    expect(JSON.stringify(readBody(doc).toJSON()).match(/"id":"(\w+)"/g)).toEqual([
      '"id":"a"',
      '"id":"n1"',
      '"id":"n2"',
      '"id":"n3"',
    ])
    expect(nameParts(doc, () => 'again')).toBe(0)
  })
})
