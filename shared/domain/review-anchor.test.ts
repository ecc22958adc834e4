import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anchorAt, placeOf, type KnownLine } from './review-anchor.ts'

/** A line that knows which one it is, whatever stands in it. */
type Line = { readonly id: number; readonly text: string }

const words = fc.constantFrom('', '}', '  return a', '  return b', 'const total = count + 1', 'export function sum() {')
const file = fc.array(words, { minLength: 1, maxLength: 40 })
const edit = fc.record({ at: fc.nat(60), take: fc.nat(4), put: fc.array(words, { maxLength: 4 }) })

function edited(
  lines: readonly Line[],
  edits: readonly { at: number; take: number; put: readonly string[] }[],
): Line[] {
  let next = lines.length
  const now = [...lines]
  for (const { at, take, put } of edits)
    now.splice(Math.min(at, now.length), take, ...put.map((text) => ({ id: next++, text })))
  return now
}

const numbered = (lines: readonly Line[]): KnownLine[] => lines.map(({ text }, index) => ({ number: index + 1, text }))
const around = (lines: readonly Line[], index: number): string =>
  lines
    .slice(Math.max(0, index - 3), index + 4)
    .map(({ text }) => text)
    .join('\n')

test('after any edits a comment stands at its own words, or nowhere', () => {
  fc.assert(
    fc.property(file, fc.nat(39), fc.nat(3), fc.array(edit, { maxLength: 5 }), (texts, start, more, edits) => {
      const lines = texts.map((text, id) => ({ id, text }))
      const from = (start % lines.length) + 1
      const to = Math.min(lines.length, from + more)
      const anchor = anchorAt(numbered(lines), { path: 'a.ts', side: 'new', from, to })
      const now = edited(lines, edits)
      const place = anchor === undefined ? undefined : placeOf(anchor, numbered(now))
      if (place === undefined) return
      const found = now.slice(place.from - 1, place.to)
      expect(found.map(({ text }) => text)).toEqual(texts.slice(from - 1, to))
    }),
    { numRuns: 500 },
  )
})

test('a line that is still there with all that was around it is found, unless another one looks the same', () => {
  fc.assert(
    fc.property(file, fc.nat(39), fc.array(edit, { maxLength: 5 }), (texts, start, edits) => {
      const lines = texts.map((text, id) => ({ id, text }))
      const index = start % lines.length
      const anchor = anchorAt(numbered(lines), { path: 'a.ts', side: 'new', from: index + 1, to: index + 1 })
      const now = edited(lines, edits)
      const its = now.findIndex(({ id }) => id === lines[index]?.id)
      const isWhole = its !== -1 && around(now, its) === around(lines, index)
      const likes = now.filter(({ text }) => text === lines[index]?.text).length
      if (anchor === undefined || !isWhole || likes > 1) return
      expect(placeOf(anchor, numbered(now))).toEqual({ from: its + 1, to: its + 1 })
    }),
    { numRuns: 500 },
  )
})

test('of equal lines the one whose neighbours fit is taken; without such it is outdated', () => {
  const lines = numbered(['a {', '  x', '}', 'b {', '  y', '}'].map((text, id) => ({ id, text })))
  const anchor = anchorAt(lines, { path: 'a.ts', side: 'new', from: 6, to: 6 })
  const at = (texts: readonly string[]) =>
    anchor === undefined ? 'none' : placeOf(anchor, numbered(texts.map((text, id) => ({ id, text }))))
  expect(at(['a {', '  x', '}', 'new', 'b {', '  y', '}'])).toEqual({ from: 7, to: 7 })
  expect(at(['a {', '  x', '}'])).toBeUndefined()
})

test('in the very content in which they were given the numbers hold, also where the line is not shown', () => {
  const version = 'ab'.repeat(20)
  const anchor = anchorAt([{ number: 9, text: '}' }], { path: 'a.ts', side: 'new', from: 9, to: 9, version })
  expect(anchor === undefined ? 'none' : placeOf(anchor, [], version)).toEqual({ from: 9, to: 9 })
  expect(anchor === undefined ? 'none' : placeOf(anchor, [], 'cd'.repeat(20))).toBeUndefined()
})

test('a line too long to be quoted whole is known by its beginning', () => {
  const long = 'x'.repeat(9000)
  const anchor = anchorAt([{ number: 1, text: long }], { path: 'a.js', side: 'new', from: 1, to: 1 })
  expect(anchor?.cut).toBe(true)
  expect(anchor === undefined ? 'none' : placeOf(anchor, [{ number: 4, text: `${long}y` }])).toEqual({ from: 4, to: 4 })
})
