import { getSchema } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planExtensions } from '#sync/core/plan/schema.ts'
import { difference } from './nearby-changes.ts'

const schema = getSchema(planExtensions())
const paragraph = (text: string): Node => schema.node('paragraph', null, text === '' ? [] : [schema.text(text)])
const list = (...texts: string[]): Node =>
  schema.node(
    'bulletList',
    null,
    texts.map((text) => schema.node('listItem', null, [paragraph(text)])),
  )
const doc = (...blocks: Node[]): Node => schema.node('doc', null, blocks)

function applied(before: Node, after: Node): Node {
  const step = difference(before, after)
  if (step === undefined) return before
  const { doc: made, failed } = step.apply(before)
  if (made === null) throw new Error(String(failed))
  return made
}

describe('the difference of two documents', () => {
  test('is nothing for the same', () => {
    expect(difference(doc(paragraph('a')), doc(paragraph('a')))).toBeUndefined()
  })

  test('is the letters that differ, in one block', () => {
    const step = difference(doc(paragraph('one'), paragraph('two')), doc(paragraph('one'), paragraph('twice two')))
    expect([step?.from, step?.to, step?.slice.content.size]).toEqual([8, 8, 6])
  })

  test('is the blocks that differ, where there are several', () => {
    const step = difference(
      doc(paragraph('a'), paragraph('b'), paragraph('c')),
      doc(paragraph('a'), list('x', 'y'), paragraph('b2'), paragraph('c')),
    )
    expect([step?.from, step?.to]).toEqual([3, 6])
  })

  test('makes the one the other, whatever they are', () => {
    fc.assert(
      fc.property(docs, docs, (before, after) => {
        const made = applied(before, after)
        made.check()
        expect(made.eq(after)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('after one block has become another, went, moved or came, leaves alone what stands before and behind', () => {
    const place = fc.nat(9)
    fc.assert(
      fc.property(
        docs,
        blocks,
        place,
        place,
        fc.constantFrom('other', 'gone', 'moved', 'new'),
        (before, block, a, b, act) => {
          const next = [...before.children]
          const [from, to] = [a % next.length, b % next.length]
          if (act === 'other') next.splice(from, 1, block)
          if (act === 'gone' && next.length > 1) next.splice(from, 1)
          if (act === 'moved') next.splice(to, 0, ...next.splice(from, 1))
          if (act === 'new') next.splice(from, 0, block)
          const made = applied(before, doc(...next))
          expect(made.eq(doc(...next))).toBe(true)
          const untouched = act === 'moved' ? Math.min(from, to) : from
          for (let n = 0; n < untouched; n++) expect(made.child(n)).toBe(before.child(n))
        },
      ),
      { numRuns: 500 },
    )
  })
})

const words = fc.stringMatching(/^[ab]{0,4}$/)
const blocks: fc.Arbitrary<Node> = fc.oneof(
  words.map(paragraph),
  fc
    .record({ text: words, level: fc.integer({ min: 1, max: 3 }) })
    .map(({ text, level }) => schema.node('heading', { level }, text === '' ? [] : [schema.text(text)])),
  fc.array(words, { minLength: 1, maxLength: 3 }).map((texts) => list(...texts)),
  words.map((text) => schema.node('blockquote', null, [paragraph(text), list(text)])),
)
const docs = fc.array(blocks, { minLength: 1, maxLength: 6 }).map((some) => doc(...some))
