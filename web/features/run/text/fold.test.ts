import { expect, test } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { countLines, foldOutput } from './fold.ts'

const lines = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i + 1}`).join('\n')
const text = (line: readonly { readonly text: string }[] | undefined): string =>
  (line ?? []).map((span) => span.text).join('')

test('short output is whole, and a fold that would hide three lines is not made', () => {
  expect(foldOutput(boundedText(lines(13)), { head: 5, tail: 5 })).toMatchObject({ hiddenLines: 0, tail: [] })
})

test('long output shows its first and last lines and says how many are between', () => {
  const folded = foldOutput(boundedText(lines(100)), { head: 5, tail: 5 })
  expect(folded.hiddenLines).toBe(90)
  expect(text(folded.head[0])).toBe('line 1')
  expect(text(folded.tail.at(-1))).toBe('line 100')
  expect(folded.missingUnits).toBe(0)
})

test('output that is not all here says so and never shows half a line at the cut', () => {
  const whole = lines(5_000)
  const folded = foldOutput(boundedText(whole), { head: 5_000, tail: 5_000 })
  expect(folded.missingUnits).toBe(whole.length - 12_000)
  expect(text(folded.head.at(-1))).toMatch(/^line \d+$/)
  const all = new Set(whole.split('\n'))
  for (const line of [...folded.head, ...folded.tail]) expect(all.has(text(line))).toBe(true)
})

test('lines are counted as an editor counts them', () => {
  expect([countLines(''), countLines('a'), countLines('a\n'), countLines('a\nb')]).toEqual([0, 1, 1, 2])
})
