import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BoundedText,
  appendAt,
  boundedText,
  emptyText,
  headLimit,
  omittedUnits,
  tailLimit,
  wholeText,
} from './bounded-text.ts'

/** A text cut into pieces at random, some of which are sent twice or overlap the one before. */
const pieces = fc
  .tuple(fc.string({ maxLength: 60 }), fc.array(fc.tuple(fc.nat(), fc.nat(20), fc.boolean()), { maxLength: 30 }))
  .map(([seed, cuts]) => {
    const text = seed.repeat(Math.ceil(15_000 / Math.max(1, seed.length)) * Number(cuts.length % 3 === 0) + 1)
    const offsets = [
      ...new Set([0, ...cuts.map(([at]) => (text.length === 0 ? 0 : at % (text.length + 1))), text.length]),
    ].sort((a, b) => a - b)
    const sent: { offset: number; text: string }[] = []
    offsets.slice(0, -1).forEach((from, i) => {
      const overlap = Math.min(from, cuts[i]?.[1] ?? 0)
      const piece = { offset: from - overlap, text: text.slice(from - overlap, offsets[i + 1]) }
      sent.push(piece)
      if (cuts[i]?.[2] === true) sent.push(piece)
    })
    return { text, sent }
  })

describe('bounded text', () => {
  test('pieces that repeat and overlap give the same as the whole at once, within the bounds', () => {
    fc.assert(
      fc.property(pieces, ({ text, sent }) => {
        let known = emptyText
        for (const piece of sent) {
          const next = appendAt(known, piece.offset, piece.text)
          expect(next).toBeDefined()
          known = next ?? known
        }
        expect(known).toEqual(boundedText(text))
        expect(BoundedText.safeParse(known).success).toBe(true)
        expect(known.length).toBe(text.length)
        expect(text.startsWith(known.head)).toBe(true)
        expect(text.endsWith(known.tail)).toBe(true)
        expect(wholeText(known)).toBe(text.length <= headLimit + tailLimit ? text : undefined)
      }),
    )
  })

  test('no character of two units is cut in half, wherever the pieces part it', () => {
    for (const before of [headLimit - 1, headLimit - 2, headLimit]) {
      const text = `${'x'.repeat(before)}${'😀'.repeat(tailLimit)}`
      const known = appendAt(boundedText(text.slice(0, before + 1)), before + 1, text.slice(before + 1))
      expect(known).toEqual(boundedText(text))
      expect([known?.head.isWellFormed(), known?.tail.isWellFormed()]).toEqual([true, true])
    }
  })

  test('a gap is told, and nothing is taken', () => {
    expect(appendAt(boundedText('abc'), 4, 'e')).toBeUndefined()
    expect(appendAt(boundedText('abc'), 3, 'd')).toEqual(boundedText('abcd'))
  })

  test('what is left out in the middle is counted', () => {
    const text = boundedText('x'.repeat(headLimit) + 'y'.repeat(100) + 'z'.repeat(tailLimit))
    expect(omittedUnits(text)).toBe(100)
    expect(text.tail).toBe('z'.repeat(tailLimit))
  })

  test('a finished text keeps its blob when a late repeat arrives', () => {
    const done = { ...boundedText('abc'), blob: boundedHash }
    expect(appendAt(done, 0, 'abc')).toBe(done)
  })
})

const boundedHash = BoundedText.shape.blob.unwrap().parse('a'.repeat(64))
