import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { arbitraryPlan } from '#test/plans/arbitrary-plan.ts'
import { applyToBody } from './apply.ts'
import { planBody, readBody, writeBody } from './body.ts'
import { outlineOf } from './facts.ts'
import { parsePlan, writePlan } from './markdown.ts'
import { normalPlan } from './markdown/normal-form.ts'
import { nameParts } from './names.ts'
import { mergeRewrite } from './merge-rewrite.ts'
import { applySection, rewriteFrom, rewriteSectionFrom } from './rewrite.ts'

const named = (): (() => string) => {
  let next = 0
  return () => `n${++next}`
}
const docOf = (markdown: string): Y.Doc => {
  const doc = new Y.Doc()
  writeBody(doc, parsePlan(markdown))
  nameParts(doc, named())
  return doc
}
const updatesOf = (doc: Y.Doc, work: () => void): number => {
  let bytes = 0
  const count = (update: Uint8Array): void => void (bytes += update.length)
  doc.on('update', count)
  work()
  doc.off('update', count)
  return bytes
}

describe('applying a text', () => {
  test('makes any document say what any other says, and nothing more the second time', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, (from, to) => {
        const doc = new Y.Doc()
        writeBody(doc, from)
        applyToBody(doc, to)
        expect(normalPlan(readBody(doc)).toJSON()).toEqual(normalPlan(to).toJSON())
        expect(applyToBody(doc, to)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('says whether it changed anything, also within a larger change', () => {
    const doc = docOf('one\n\ntwo\n')
    const told = doc.transact(() => {
      planBody(doc).delete(1, 1)
      return [
        applyToBody(doc, parsePlan('one\n')),
        applyToBody(doc, parsePlan('')),
        applyToBody(doc, parsePlan('one\n')),
      ]
    })
    expect(told).toEqual([false, true, true])
  })

  test('changes nothing where the Markdown of the document itself comes back', () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        const doc = new Y.Doc()
        writeBody(doc, plan)
        expect(applyToBody(doc, parsePlan(writePlan(readBody(doc))))).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  test('keeps the names of sections and steps that were changed, moved or left', () => {
    const doc = docOf('# Plan\n\n## One\n\n- [ ] first step\n- [ ] second step\n\n## Two\n\ntext\n\n## Three\n')
    const ids = () => new Map(outlineOf(readBody(doc)).map(({ text, id }) => [text, id]))
    const before = ids()
    applyToBody(
      doc,
      parsePlan(
        '# Plan\n\n## One and only\n\n- [ ] new step\n- [x] second step\n- [ ] first step\n\n## Three\n\n## Two\n\ntext\n',
      ),
    )
    const after = ids()
    expect([after.get('Plan'), after.get('Two'), after.get('One and only')]).toEqual([
      before.get('Plan'),
      before.get('Two'),
      before.get('One'),
    ])
    const steps: unknown[] = []
    readBody(doc).descendants(
      (node) => void (node.type.name === 'taskItem' && steps.push([node.textContent, node.attrs['id']])),
    )
    expect(steps).toContainEqual(['second step', 'n4'])
    expect(steps).toContainEqual(['first step', 'n3'])
  })

  test('keeps empty paragraphs, where somebody may be about to write', () => {
    const doc = docOf('one\n\ntwo\n')
    planBody(doc).insert(1, [new Y.XmlElement('paragraph')])
    applyToBody(doc, parsePlan('one\n\ntwo changed\n'))
    expect(readBody(doc).children.map((node) => node.textContent)).toEqual(['one', '', 'two changed'])
  })

  test('leaves cursors where they are, in blocks that stay and between the words that changed', () => {
    const doc = docOf('# Plan\n\nfirst paragraph\n\nsecond paragraph with several words in it\n\nthird\n')
    const texts = (): Y.XmlText[] =>
      planBody(doc)
        .toArray()
        .map((block) => (block as Y.XmlElement).get(0) as Y.XmlText)
    const cursors = [texts()[1], texts()[2]].map((text, n) =>
      Y.createRelativePositionFromTypeIndex(text ?? new Y.XmlText(), n === 0 ? 6 : 22),
    )
    applyToBody(doc, parsePlan('# Plan\n\nnew one\n\nfirst paragraph\n\n2nd paragraph with several words within\n'))
    const places = cursors.map((cursor) => Y.createAbsolutePositionFromRelativePosition(cursor, doc))
    expect(places.map((place) => [place?.type instanceof Y.XmlText && place.type.toJSON(), place?.index])).toEqual([
      ['first paragraph', 6],
      ['2nd paragraph with several words within', 19],
    ])
  })

  test('is small for a small change in a large plan', () => {
    const block = (n: number): string =>
      n % 10 === 0
        ? `## Section ${n}`
        : `Paragraph ${n} says something of **weight** about \`file-${n}.ts\` and its neighbours.`
    const blocks = Array.from({ length: 2_000 }, (_, n) => block(n))
    const doc = docOf(blocks.join('\n\n'))
    const next = blocks
      .with(3, `${block(3)} And more.`)
      .toSpliced(1_500, 1)
      .toSpliced(900, 0, 'A new one.')
    const plan = parsePlan(next.join('\n\n'))
    expect(updatesOf(doc, () => applyToBody(doc, plan))).toBeLessThan(400)
    expect(writePlan(readBody(doc))).toBe(writePlan(plan))
  })

  test('of rows and cells touches only those', () => {
    const row = (n: number): string => `| row ${n} | text of row ${n} | ${'x'.repeat(40)} |`
    const table = (rows: string[]): string => ['| a | b | c |', '| - | - | - |', ...rows].join('\n')
    const rows = Array.from({ length: 50 }, (_, n) => row(n))
    const doc = docOf(table(rows))
    const next = rows.with(7, '| row 7 | other text of row 7 | changed |').toSpliced(20, 1)
    expect(updatesOf(doc, () => applyToBody(doc, parsePlan(table(next))))).toBeLessThan(200)
    expect(writePlan(readBody(doc))).toBe(writePlan(parsePlan(table(next))))
  })
})

describe('a section', () => {
  const text = '# Plan\n\n## One\n\nold\n\n### Below\n\ndeep\n\n## Two\n\nstays\n'

  test('is replaced up to the next heading of its level, with its name kept', () => {
    const doc = docOf(text)
    const id = outlineOf(readBody(doc))[1]?.id ?? ''
    expect(applySection(doc, id, '## One, again\n\nnew\n')).toBe(true)
    expect(writePlan(readBody(doc))).toBe('# Plan\n\n## One, again\n\nnew\n\n## Two\n\nstays\n')
    expect(outlineOf(readBody(doc))[1]?.id).toBe(id)
  })

  test('keeps its heading where the text brings none', () => {
    const doc = docOf(text)
    applySection(doc, outlineOf(readBody(doc))[1]?.id ?? '', 'only this\n')
    expect(writePlan(readBody(doc))).toBe('# Plan\n\n## One\n\nonly this\n\n## Two\n\nstays\n')
  })

  test('that is not there changes nothing', () => {
    const doc = docOf(text)
    expect(applySection(doc, 'nowhere', 'x')).toBe(false)
    expect(rewriteSectionFrom(Y.encodeStateAsUpdate(doc), 'nowhere', 'x', named())).toBeUndefined()
    expect(writePlan(readBody(doc))).toBe(text)
  })
})

describe('an agent’s rewrite', () => {
  test('is made of what the agent had read, so what people wrote since is there', () => {
    const doc = docOf('# Plan\n\nThe first paragraph.\n\nThe second one.\n\n- [ ] a step\n')
    const read = Y.encodeStateAsUpdate(doc)
    const second = (planBody(doc).get(2) as Y.XmlElement).get(0) as Y.XmlText
    second.insert(15, ' A person was here.')
    const update = rewriteFrom(
      read,
      '# Plan\n\nThe very first paragraph.\n\nThe second one, revised.\n\n- [x] a step\n- [ ] another\n',
      named(),
    )
    Y.applyUpdate(doc, update)
    const text = writePlan(readBody(doc))
    expect(text).toContain('very first')
    expect(text).toContain('A person was here.')
    expect(text).toContain('revised')
    expect(text).toContain('- [x] a step\n- [ ] another')
  })

  test('loses nothing that people type meanwhile, wherever it is', () => {
    const words = fc
      .array(fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'epsilon'), { minLength: 1, maxLength: 8 })
      .map((list) => list.join(' '))
    const prefixed = (prefix: string) => words.map((text) => ({ prefix, text }))
    // Never list beside list: a text that an agent puts between two would part what is one list.
    const block = fc.oneof(
      prefixed(''),
      prefixed('## '),
      prefixed('> '),
      prefixed('end\n\n- [ ] '),
      prefixed('end\n\n> - '),
    )
    const changes = fc.array(fc.record({ at: fc.nat(), text: words, adds: fc.boolean() }), { maxLength: 4 })
    const typed = fc.array(fc.record({ where: fc.nat(), place: fc.nat() }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.array(block, { minLength: 2, maxLength: 12 }), changes, typed, (blocks, changed, edits) => {
        const textOf = (list: typeof blocks): string => list.map(({ prefix, text }) => `${prefix}${text}`).join('\n\n')
        const doc = docOf(textOf(blocks))
        const read = Y.encodeStateAsUpdate(doc)
        const next = [...blocks]
        for (const { at, text, adds } of changed) {
          const index = at % next.length
          const prefix = next[index]?.prefix ?? ''
          next.splice(index, adds ? 0 : 1, { prefix: adds ? '' : prefix, text })
        }
        const update = rewriteFrom(read, textOf(next), named())
        const texts = textsOf(doc)
        for (const [n, { where, place }] of edits.entries()) {
          const target = texts[where % texts.length]
          target?.insert(place % (target.length + 1), 'ABCDEF'.charAt(n).repeat(4))
        }
        mergeRewrite(doc, read, update)
        const letters = readBody(doc).textContent
        for (const n of edits.keys()) expect(letters.split('ABCDEF'.charAt(n)).length - 1).toBe(4)
      }),
      { numRuns: 300 },
    )
  })
})

function textsOf(doc: Y.Doc): Y.XmlText[] {
  const found: Y.XmlText[] = []
  const open: unknown[] = planBody(doc).toArray()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next instanceof Y.XmlText) found.push(next)
    if (next instanceof Y.XmlElement) open.push(...next.toArray())
  }
  return found
}
